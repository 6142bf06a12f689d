import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button, ButtonLink } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice, Remark } from '@/components/notice';
import { Sheet, SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { capital, day, money } from '@/lib/format';
import type { Plan, Subscription } from '@/lib/models';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { usePlans } from '@/lib/queries/use-plans';
import { useSubscription } from '@/lib/queries/use-subscription';
import { describe, isLive, owes } from './describe';
import styles from './subscription-page.module.css';
import { useCancelSubscription } from './use-cancel-subscription';
import { useChangePlan } from './use-change-plan';
import { usePortal } from './use-portal';
import { useResumeSubscription } from './use-resume-subscription';

export function Component() {
  usePageTitle('Your plan');
  const subscription = useSubscription();
  return (
    <SheetPage title="Your plan">
      {subscription.data ? (
        <Overview subscription={subscription.data} />
      ) : subscription.error ? (
        <ErrorNotice error={subscription.error} onRetry={() => void subscription.refetch()} />
      ) : (
        <Loading label="Loading your plan">
          <Skeleton shape="block" className={styles.waiting} />
        </Loading>
      )}
    </SheetPage>
  );
}

function Overview({ subscription }: { subscription: Subscription }) {
  const plans = usePlans();
  const said = describe(subscription);
  if (!isLive(subscription) && !subscription.complimentary_until) {
    return (
      <Empty icon="card" title={subscription.status === 'canceled' ? 'The curtain has fallen' : 'No plan yet'} text={said.text}>
        <ButtonLink to="/plans" look="primary">
          {subscription.status === 'canceled' ? 'Subscribe again' : 'See the plans'}
        </ButtonLink>
      </Empty>
    );
  }
  return (
    <>
      {owes(subscription) && <Overdue text={said.text} />}
      <section className={styles.card} aria-label="Your subscription">
        <div className={styles.top}>
          <p className={styles.plan}>{subscription.plan_type ? capital(subscription.plan_type) : 'Plan'}</p>
          <Badge kind={said.tone}>{said.label}</Badge>
        </div>
        <p className={styles.price}>{priceText(subscription, plans.data)}</p>
        {!owes(subscription) && <p>{said.text}</p>}
        {isLive(subscription) && <Actions subscription={subscription} />}
      </section>
      {isLive(subscription) && !owes(subscription) && <Payment />}
    </>
  );
}

function priceText({ plan_type, interval }: Subscription, plans: Plan[] | undefined): string {
  const price = plans?.find((plan) => plan.plan_type === plan_type)?.prices.find((one) => one.interval === interval);
  return price ? `${money(price.amount, price.currency)} a ${price.interval}` : '\u00a0';
}

function Actions({ subscription }: { subscription: Subscription }) {
  const [isAsking, setIsAsking] = useState(false);
  const resume = useResumeSubscription();
  const change = useChangePlan();
  const error = resume.error ?? change.error;
  const { plan_type, interval, pending_plan_type, cancel_at } = subscription;
  const keep = () => resume.mutate(undefined, { onSuccess: () => notify('Good to have you. Your subscription goes on.') });
  const stay = () => {
    if (!plan_type || !interval) return;
    change.mutate({ plan_type, interval }, { onSuccess: () => notify(`You stay with ${capital(plan_type)}.`) });
  };
  return (
    <>
      {error && <ErrorNotice size="line" error={error} />}
      <div className={styles.actions}>
        {cancel_at ? (
          <Button look="primary" busy={resume.isPending} onClick={keep}>
            Keep my subscription
          </Button>
        ) : (
          <>
            {pending_plan_type ? (
              <Button look="primary" busy={change.isPending} onClick={stay}>
                {plan_type === pending_plan_type ? 'Keep what I have' : `Stay with ${capital(plan_type ?? '')}`}
              </Button>
            ) : (
              !owes(subscription) && (
                <ButtonLink to="/account/plan" look="primary">
                  Change the plan
                </ButtonLink>
              )
            )}
            <Button look="plain" onClick={() => setIsAsking(true)}>
              Cancel
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
        notify(end ? `Cancelled. You can watch until ${end}.` : 'Cancelled.');
      },
    });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Cancel your subscription?"
      description={
        end
          ? `You keep everything until ${end}. Nothing is charged after that, and until then you can change your mind.`
          : 'You keep everything to the end of what you paid.'
      }
      actions={
        <>
          <Button onClick={onClose}>Stay</Button>
          <Button look="danger" busy={cancel.isPending} onClick={confirm}>
            Cancel at the end of the period
          </Button>
        </>
      }
    >
      {cancel.error && <ErrorNotice size="line" error={cancel.error} />}
    </Dialog>
  );
}

function Overdue({ text }: { text: string }) {
  const portal = usePortal();
  return (
    <Remark kind="danger" icon="card">
      <p className={styles.overdue}>{text}</p>
      <Button look="primary" size="sm" busy={portal.isPending || portal.isSuccess} onClick={() => portal.mutate()}>
        Fix the payment
      </Button>
      {portal.error && <ErrorNotice size="line" error={portal.error} />}
    </Remark>
  );
}

function Payment() {
  const portal = usePortal();
  return (
    <Sheet title="Payment" lead="Card and billing address are kept by our payment provider, not by us.">
      {portal.error && <ErrorNotice size="line" error={portal.error} />}
      <div>
        <Button icon={MORE_ICONS.external} busy={portal.isPending || portal.isSuccess} onClick={() => portal.mutate()}>
          Card and billing
        </Button>
      </div>
    </Sheet>
  );
}
