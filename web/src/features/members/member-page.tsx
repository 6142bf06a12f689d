import { useState } from 'react';
import { useParams } from 'react-router';
import { Badge, PlanBadge } from '@/components/badge';
import { Button, ButtonLink } from '@/components/button';
import { Columns, ColumnsSkeleton } from '@/components/columns';
import { Copied } from '@/components/copied';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice, Remark } from '@/components/notice';
import { Badges, PageHead } from '@/components/page-head';
import { Actions, Facts, Note, Panel } from '@/components/panel';
import { Loading } from '@/components/skeleton';
import { explain } from '@/lib/errors/explain';
import { ApiError, hasCode } from '@/lib/errors/api-error';
import { isPast } from '@/lib/fields';
import { capital, day, moment } from '@/lib/format';
import type { MemberDetail, Subscription } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useMember } from '@/lib/queries/use-member';
import { CompDialog } from './comp-dialog';
import { Payments } from './payments';
import { StatusBadge } from './status-badge';

const BACK = { to: '/admin/members', label: 'Members' };

export function Component() {
  const { id = '' } = useParams();
  const member = useMember(id);
  usePageTitle(member.data?.user.email ?? 'Member');
  if (member.data) return <Detail member={member.data} />;
  if (hasCode(member.error, 'NOT_FOUND', 'VALIDATION_ERROR')) {
    return (
      <Empty isPage icon={MORE_ICONS.users} title="No such member" text="The account may have been deleted meanwhile.">
        <ButtonLink to="/admin/members">All members</ButtonLink>
      </Empty>
    );
  }
  if (member.error) return <ErrorNotice error={member.error} onRetry={() => void member.refetch()} />;
  return (
    <Loading label="Loading the member">
      <ColumnsSkeleton />
    </Loading>
  );
}

function Detail({ member }: { member: MemberDetail }) {
  const { user, subscription, payments } = member;
  return (
    <>
      <PageHead
        title={user.name ?? user.email}
        back={BACK}
        lead={
          <Badges>
            {user.name && <span>{user.email}</span>}
            {user.email_verified ? <Badge kind="positive">Address verified</Badge> : <Badge kind="warning">Address not verified</Badge>}
            {user.role === 'admin' && <Badge kind="accent">Operator</Badge>}
          </Badges>
        }
      />
      <Columns
        aside={
          <>
            <Complimentary member={member} />
            <Panel title="Facts">
              <Facts
                of={[
                  ['Joined', day(user.created_at)],
                  ['Id', <Copied key="id" id={user.id} what="Id of the member" />],
                  ['Stripe customer', member.stripe_customer_id && <Copied key="customer" id={member.stripe_customer_id} what="Stripe customer" />],
                  ['Stripe subscription', member.stripe_subscription_id && <Copied key="subscription" id={member.stripe_subscription_id} what="Stripe subscription" />],
                ]}
              />
            </Panel>
          </>
        }
      >
        <SubscriptionPanel subscription={subscription} />
        <Panel title="Payments">
          <Payments member_id={user.id} payments={payments} />
        </Panel>
      </Columns>
    </>
  );
}

function SubscriptionPanel({ subscription }: { subscription: Subscription }) {
  const { status, plan_type, interval, current_period_end, cancel_at, trial_end, grace_until, access, access_until, pending_plan_type, pending_interval } = subscription;
  return (
    <Panel title="Subscription" aside={<StatusBadge status={status} />}>
      {status === 'none' ? (
        <Note>Has never subscribed.</Note>
      ) : (
        <Facts
          of={[
            ['Plan', plan_type && <PlanBadge plan={plan_type} />],
            ['Billed', interval && `Every ${interval}`],
            ['Trial ends', trial_end && moment(trial_end)],
            [cancel_at ? 'Period ends' : 'Renews', current_period_end && moment(current_period_end)],
            ['Cancelled for', cancel_at && moment(cancel_at)],
            ['Changes to', pending_plan_type && `${capital(pending_plan_type)}${pending_interval ? `, every ${pending_interval}` : ''}, at the end of the period`],
            ['Grace until', grace_until && moment(grace_until)],
          ]}
        />
      )}
      {access.allowed ? (
        <Remark kind="positive">
          <p>{access_until ? `May watch until ${moment(access_until)}.` : 'May watch.'}</p>
        </Remark>
      ) : (
        <Remark kind={status === 'none' ? 'info' : 'warning'} icon="lock">
          <p>{`Sees: “${explain(new ApiError(access.code ?? 'SUBSCRIPTION_REQUIRED', '')).title}”.`}</p>
        </Remark>
      )}
    </Panel>
  );
}

function Complimentary({ member }: { member: MemberDetail }) {
  const [asks, setAsks] = useState<'give' | 'take' | null>(null);
  const { complimentary_plan, subscription } = member;
  const until = subscription.complimentary_until;
  // A plan that was given may have run out; its end stays on the row.
  const isOver = until !== null && until !== undefined && isPast(until);
  return (
    <Panel title="Complimentary plan" aside={complimentary_plan && (isOver ? <Badge>Ended</Badge> : <PlanBadge plan={complimentary_plan} />)}>
      <Note>
        {complimentary_plan
          ? `${capital(complimentary_plan)}, given ${until ? `${isOver ? 'and ended on' : 'until'} ${moment(until)}` : 'without an end'}.`
          : 'Watches on what they pay for. A plan can be given on the house, for a time or for good.'}
      </Note>
      <Actions>
        <Button size="sm" icon={MORE_ICONS.gift} onClick={() => setAsks('give')}>
          {complimentary_plan ? 'Change' : 'Give a plan'}
        </Button>
        {complimentary_plan && (
          <Button size="sm" look="plain" onClick={() => setAsks('take')}>
            Take it back
          </Button>
        )}
      </Actions>
      {asks && <CompDialog member={member} takes={asks === 'take'} onClose={() => setAsks(null)} />}
    </Panel>
  );
}
