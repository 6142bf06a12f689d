import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useNavigate } from '@/lib/router/place';
import { Badge } from '@/components/badge';
import { Button, ButtonLink } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice, Callout } from '@/components/notice';
import { Sheet, SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { day } from '@/lib/format';
import type { Subscription } from '@/lib/models';
import { money } from '@/lib/money';
import { notify } from '@/lib/notify';
import { planName } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { useSubscription } from '@/lib/queries/use-subscription';
import { forgetReturnPath, returnPath } from '@/lib/return-path';
import { describe, isLive, hasOpenPayment } from './describe';
import { PayButton } from './pay-button';
import styles from './subscription-page.module.css';
import { useCancelSubscription } from './use-cancel-subscription';
import { useChangePlan } from './use-change-plan';
import { usePortal } from './use-portal';
import { useResumeSubscription } from './use-resume-subscription';

export function Component() {
  usePageTitle(t`Subscription`);
  const subscription = useSubscription();
  return (
    <SheetPage title={t`Subscription`}>
      {subscription.data ? (
        <Overview subscription={subscription.data} />
      ) : subscription.error ? (
        <ErrorNotice error={subscription.error} onRetry={() => void subscription.refetch()} />
      ) : (
        <Loading label={t`Loading your subscription`}>
          <Skeleton shape="block" className={styles.waiting} />
        </Loading>
      )}
    </SheetPage>
  );
}

function Overview({ subscription }: { subscription: Subscription }) {
  const said = describe(subscription);
  if (!isLive(subscription) && !subscription.complimentary_until) {
    return (
      <Empty
        icon="card"
        title={subscription.status === 'canceled' ? t`Your subscription has ended` : t`No subscription yet`}
        text={said.text}
      >
        <ButtonLink to="/plans" look="primary">
          {subscription.status === 'canceled' ? t`Subscribe again` : t`See plans`}
        </ButtonLink>
      </Empty>
    );
  }
  return (
    <>
      {hasOpenPayment(subscription) && <Overdue text={said.text} isPaused={subscription.status === 'paused'} />}
      <section className={styles.card} aria-label={t`Your subscription`}>
        <div className={styles.top}>
          <p className={styles.plan}>{subscription.plan_type ? planName(subscription.plan_type) : t`Plan`}</p>
          <Badge kind={said.tone}>{said.label}</Badge>
        </div>
        <p className={styles.price}>{priceText(subscription)}</p>
        {!hasOpenPayment(subscription) && <p>{said.text}</p>}
        {isLive(subscription) && <Actions subscription={subscription} />}
      </section>
      {isLive(subscription) && !hasOpenPayment(subscription) && <Payment />}
    </>
  );
}

/** What the viewer pays, which may differ from the plan's current price. */
function priceText({ amount, currency, interval, has_discount }: Subscription): string {
  if (amount === null || !currency || !interval) return '\u00a0';
  const price = money(amount, currency);
  if (interval === 'year') return has_discount ? t`${price} per year before your discount` : t`${price} per year`;
  return has_discount ? t`${price} per month before your discount` : t`${price} per month`;
}

function Actions({ subscription }: { subscription: Subscription }) {
  const [isAsking, setIsAsking] = useState(false);
  const resume = useResumeSubscription();
  const change = useChangePlan();
  const error = resume.error ?? change.error;
  const { plan_type, interval, pending_plan_type, cancel_at } = subscription;
  const keep = () => resume.mutate(undefined, { onSuccess: () => notify(t`Welcome back. Your subscription continues.`) });
  const stay = () => {
    if (!plan_type || !interval) return;
    const name = planName(plan_type);
    change.mutate({ plan_type, interval }, { onSuccess: () => notify(t`You’re keeping ${name}.`) });
  };
  return (
    <>
      {error && <ErrorNotice size="line" error={error} />}
      <div className={styles.actions}>
        {cancel_at ? (
          <Button look="primary" busy={resume.isPending} onClick={keep}>
            {keepText(subscription)}
          </Button>
        ) : (
          <>
            {pending_plan_type ? (
              <Button look="primary" busy={change.isPending} onClick={stay}>
                {plan_type === pending_plan_type
                  ? interval === 'year'
                    ? t`Keep yearly billing`
                    : t`Keep monthly billing`
                  : keepText(subscription)}
              </Button>
            ) : (
              !hasOpenPayment(subscription) &&
              subscription.status !== 'paused' && (
                <ButtonLink to="/account/plan" look="primary">
                  <Trans>Change plan</Trans>
                </ButtonLink>
              )
            )}
            <Button look="plain" onClick={() => setIsAsking(true)}>
              <Trans>Cancel subscription</Trans>
            </Button>
          </>
        )}
      </div>
      <CancelDialog open={isAsking} onClose={() => setIsAsking(false)} subscription={subscription} />
    </>
  );
}

function CancelDialog({ open, onClose, subscription }: { open: boolean; onClose: () => void; subscription: Subscription }) {
  const cancel = useCancelSubscription();
  const end = subscription.current_period_end ? day(subscription.current_period_end) : null;
  const confirm = () =>
    cancel.mutate(undefined, {
      onSuccess: () => {
        onClose();
        notify(end ? t`Your subscription is cancelled. You can watch until ${end}.` : t`Your subscription is cancelled.`);
      },
    });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t`Cancel your subscription?`}
      description={
        end
          ? t`You can keep watching until ${end}. You won’t be charged again, and you can change your mind until then.`
          : t`You can keep watching until the end of the period you paid for.`
      }
      actions={
        <>
          <Button onClick={onClose}>{keepText(subscription)}</Button>
          <Button look="danger" busy={cancel.isPending} onClick={confirm}>
            <Trans>Cancel subscription</Trans>
          </Button>
        </>
      }
    >
      {cancel.error && <ErrorNotice size="line" error={cancel.error} />}
    </Dialog>
  );
}

function keepText({ plan_type }: Subscription): string {
  const plan = planName(plan_type ?? '');
  return plan_type ? t`Keep ${plan}` : t`Keep subscription`;
}

function Overdue({ text, isPaused }: { text: string; isPaused: boolean }) {
  const portal = usePortal();
  const navigate = useNavigate();
  // Back to the film that needed the payment.
  const goOn = () => {
    const next = returnPath();
    forgetReturnPath();
    if (next) void navigate(next);
  };
  return (
    <Callout kind="danger" icon="card">
      <p className={styles.overdue}>{text}</p>
      <div className={styles.actions}>
        <PayButton size="sm" label={isPaused ? t`Add card` : t`Pay now`} onPaid={goOn} />
        <Button size="sm" busy={portal.isPending || portal.isSuccess} onClick={() => portal.mutate()}>
          <Trans>Update card</Trans>
        </Button>
      </div>
      {portal.error && <ErrorNotice size="line" error={portal.error} />}
    </Callout>
  );
}

function Payment() {
  const portal = usePortal();
  return (
    <Sheet title={t`Payment method`} lead={t`Our payment provider keeps your card and billing address. We don’t.`}>
      {portal.error && <ErrorNotice size="line" error={portal.error} />}
      <div>
        <Button icon={MORE_ICONS.external} busy={portal.isPending || portal.isSuccess} onClick={() => portal.mutate()}>
          <Trans>Manage payment method</Trans>
        </Button>
      </div>
    </Sheet>
  );
}
