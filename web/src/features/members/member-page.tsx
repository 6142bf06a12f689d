import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useParams } from '@/lib/router/routes';
import { Badge, PlanBadge } from '@/components/badge';
import { Button, ButtonLink } from '@/components/button';
import { Columns, ColumnsSkeleton } from '@/components/columns';
import { Copied } from '@/components/copied';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice, Callout } from '@/components/notice';
import { Badges, PageHead } from '@/components/page-head';
import { Actions, Facts, Note, Panel } from '@/components/panel';
import { Loading } from '@/components/skeleton';
import { explain } from '@/lib/errors/explain';
import { ApiError, hasCode } from '@/lib/errors/api-error';
import { isPast } from '@/lib/fields';
import { moment, utcDay } from '@/lib/format';
import type { Interval, MemberDetail, PlanType, Status } from '@/lib/models';
import { planName } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { useMember } from '@/lib/queries/use-member';
import { CompDialog } from './comp-dialog';
import { EditDialog, EndSessionsDialog, EndSubscriptionDialog } from './change-dialogs';
import { Devices } from './devices';
import { Emails } from './emails';
import { Payments } from './payments';
import { Profiles } from './profiles';
import { StatusBadge } from './status-badge';

/** The states in which a subscription can be ended. */
const LIVE: readonly Status[] = ['trialing', 'active', 'past_due', 'unpaid', 'paused'];

const back = () => ({ to: '/admin/members', label: t`Members` });

export function Component() {
  const { id = '' } = useParams();
  const member = useMember(id);
  usePageTitle(member.data?.user.email ?? t`Member`);
  if (member.data) return <Detail member={member.data} />;
  if (hasCode(member.error, 'NOT_FOUND', 'VALIDATION_ERROR')) {
    return (
      <Empty isPage icon={MORE_ICONS.users} title={t`Member not found`} text={t`This account may have been deleted.`}>
        <ButtonLink to="/admin/members">{t`All members`}</ButtonLink>
      </Empty>
    );
  }
  if (member.error) return <ErrorNotice error={member.error} onRetry={() => void member.refetch()} />;
  return (
    <Loading label={t`Loading member`}>
      <ColumnsSkeleton />
    </Loading>
  );
}

function Detail({ member }: { member: MemberDetail }) {
  const { user, profiles, payments, emails, devices } = member;
  return (
    <>
      <PageHead
        title={user.name ?? user.email}
        back={back()}
        lead={
          <Badges>
            {user.name && <span>{user.email}</span>}
            {user.email_verified ? <Badge kind="positive">{t`Email confirmed`}</Badge> : <Badge>{t`Email not confirmed`}</Badge>}
            {user.role === 'admin' && <Badge kind="accent">{t`Admin`}</Badge>}
          </Badges>
        }
      />
      <Columns
        aside={
          <>
            <CompAccess member={member} />
            <Panel title={t`Account`}>
              <Facts
                of={[
                  [t`Joined`, utcDay(user.created_at)],
                  [t`Member ID`, <Copied key="id" id={user.id} what={t`Member ID`} />],
                  [
                    t`Stripe customer`,
                    member.stripe_customer_id && <Copied key="customer" id={member.stripe_customer_id} what={t`Stripe customer ID`} />,
                  ],
                  [
                    t`Stripe subscription`,
                    member.stripe_subscription_id && (
                      <Copied key="subscription" id={member.stripe_subscription_id} what={t`Stripe subscription ID`} />
                    ),
                  ],
                  [t`Waiting for confirmation`, user.pending_email],
                  [t`Notes`, member.notes],
                ]}
              />
              <MemberActions member={member} />
            </Panel>
          </>
        }
      >
        <SubscriptionPanel member={member} />
        <Panel title={t`Payments`}>
          <Payments member_id={user.id} payments={payments} />
        </Panel>
        <Panel title={t`Profiles`}>
          <Profiles profiles={profiles} />
        </Panel>
        <Panel title={t`Devices`}>
          <Devices devices={devices} />
        </Panel>
        <Panel title={t`Emails`}>
          <Emails emails={emails} />
        </Panel>
      </Columns>
    </>
  );
}

/** What an operator may change on an account. */
function MemberActions({ member }: { member: MemberDetail }) {
  const [asks, setAsks] = useState<'edit' | 'sessions' | null>(null);
  const close = () => setAsks(null);
  return (
    <>
      <Actions>
        <Button size="sm" onClick={() => setAsks('edit')}>
          {t`Edit`}
        </Button>
        {member.devices.length > 0 && (
          <Button size="sm" look="plain" onClick={() => setAsks('sessions')}>
            {t`Sign out all devices`}
          </Button>
        )}
      </Actions>
      {asks === 'edit' && <EditDialog member={member} onClose={close} />}
      {asks === 'sessions' && <EndSessionsDialog member={member} onClose={close} />}
    </>
  );
}

function SubscriptionPanel({ member }: { member: MemberDetail }) {
  const [isEnding, setIsEnding] = useState(false);
  const { subscription } = member;
  const {
    status,
    plan_type,
    interval,
    current_period_end,
    cancel_at,
    trial_end,
    grace_until,
    access,
    access_until,
    pending_plan_type,
    pending_interval,
  } = subscription;
  const until = access_until && moment(access_until);
  const message = explain(new ApiError(access.code ?? 'SUBSCRIPTION_REQUIRED', '')).title;
  return (
    <Panel title={t`Subscription`} aside={<StatusBadge status={status} />}>
      {status === 'none' ? (
        <Note>{t`This member has never subscribed.`}</Note>
      ) : (
        <Facts
          of={[
            [t`Plan`, plan_type && <PlanBadge plan={plan_type} />],
            [t`Billing`, interval && (interval === 'year' ? t`Yearly` : t`Monthly`)],
            [t`Trial ends`, trial_end && moment(trial_end)],
            [cancel_at ? t`Period ends` : t`Renews`, current_period_end && moment(current_period_end)],
            [t`Cancels on`, cancel_at && moment(cancel_at)],
            [t`Next plan`, pending_plan_type && nextPlan(pending_plan_type, pending_interval ?? interval ?? 'month')],
            [t`Grace period ends`, grace_until && moment(grace_until)],
          ]}
        />
      )}
      {access.allowed ? (
        <Callout kind="positive">
          <p>{until ? t`Can watch until ${until}.` : t`Can watch.`}</p>
        </Callout>
      ) : (
        <Callout kind={status === 'none' ? 'info' : 'warning'} icon="lock">
          <p>{t`Cannot watch. Sees this message: “${message}”.`}</p>
        </Callout>
      )}
      {LIVE.includes(status) && (
        <Actions>
          <Button size="sm" look="plain" onClick={() => setIsEnding(true)}>
            {t`End subscription`}
          </Button>
        </Actions>
      )}
      {isEnding && <EndSubscriptionDialog member={member} onClose={() => setIsEnding(false)} />}
    </Panel>
  );
}

function nextPlan(plan_type: PlanType, interval: Interval): string {
  const plan = planName(plan_type);
  return interval === 'year' ? t`${plan}, billed yearly, from the next period` : t`${plan}, billed monthly, from the next period`;
}

/** What a member gets for free, and until when. */
function compText(plan_type: PlanType, until: string | null, isExpired: boolean): string {
  const plan = planName(plan_type);
  if (until === null) return t`Free access to ${plan}, with no end date.`;
  const end = moment(until);
  return isExpired ? t`Free access to ${plan}, expired on ${end}.` : t`Free access to ${plan}, until ${end}.`;
}

function CompAccess({ member }: { member: MemberDetail }) {
  const [asks, setAsks] = useState<'give' | 'remove' | null>(null);
  const { complimentary_plan, subscription } = member;
  const until = subscription.complimentary_until;
  // Access that has expired stays on the row with its end.
  const isExpired = until !== null && isPast(until);
  return (
    <Panel
      title={t`Comp access`}
      aside={complimentary_plan && (isExpired ? <Badge>{t`Expired`}</Badge> : <PlanBadge plan={complimentary_plan} />)}
    >
      <Note>
        {complimentary_plan
          ? compText(complimentary_plan, until ?? null, isExpired)
          : t`None. You can give this member a plan for free, with or without an end date.`}
      </Note>
      <Actions>
        <Button size="sm" icon={MORE_ICONS.gift} onClick={() => setAsks('give')}>
          {complimentary_plan ? t`Change` : t`Give comp access`}
        </Button>
        {complimentary_plan && (
          <Button size="sm" look="plain" onClick={() => setAsks('remove')}>
            {t`Remove`}
          </Button>
        )}
      </Actions>
      {asks && <CompDialog member={member} removes={asks === 'remove'} onClose={() => setAsks(null)} />}
    </Panel>
  );
}
