import { useState } from 'react';
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router';
import { Button } from '@/components/button';
import { ErrorNotice } from '@/components/notice';
import { PlanCards } from '@/components/plan-cards';
import { SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { capital } from '@/lib/format';
import type { Interval, PlanType, Subscription } from '@/lib/models';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { useSubscription } from '@/lib/queries/use-subscription';
import { forgetWanted, wanted } from '@/lib/wanted';
import styles from './change-plan-page.module.css';
import { ConfirmChange } from './confirm-change';
import { isLive } from './describe';
import type { Wish } from './use-change-plan';

export function Component() {
  usePageTitle('Change the plan');
  const subscription = useSubscription();
  return (
    <SheetPage title="Change the plan" lead="What it costs is shown before anything happens.">
      {subscription.data ? (
        isLive(subscription.data) ? (
          <Choice subscription={subscription.data} />
        ) : (
          <Navigate to="/plans" replace />
        )
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

function Choice({ subscription }: { subscription: Subscription }) {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const [wish, setWish] = useState<Wish | null>(null);
  const { plan_type, interval } = subscription;
  const preferred: PlanType = params.get('to') === 'basic' ? 'basic' : 'premium';
  const isHeld = (plan: PlanType, every: Interval) => plan === plan_type && every === interval;

  const onDone = (changed: Subscription) => {
    setWish(null);
    const isThere = changed.plan_type === wish?.plan_type && changed.interval === wish?.interval;
    notify(isThere ? `You have ${capital(changed.plan_type ?? '')} now.` : 'Your plan changes at the end of the period.');
    const next = isThere ? wanted() : null;
    forgetWanted();
    void navigate(next ?? '/account');
  };

  return (
    <>
      <h2 className="visually-hidden">The plans</h2>
      <PlanCards
        preferred={preferred}
        initialInterval={interval ?? 'month'}
        mark={(plan, every) => (isHeld(plan, every) ? 'Yours' : null)}
        action={(plan, every) =>
          isHeld(plan, every) ? (
            <p className={styles.held}>What you have now</p>
          ) : (
            <Button look={plan === preferred ? 'primary' : 'quiet'} size="lg" wide onClick={() => setWish({ plan_type: plan, interval: every })}>
              {plan === plan_type ? (every === 'year' ? 'Pay by the year' : 'Pay by the month') : `Change to ${capital(plan)}`}
            </Button>
          )
        }
      />
      <p>
        <Link to="/account">Back to your plan</Link>
      </p>
      <ConfirmChange wish={wish} onClose={() => setWish(null)} onDone={onDone} />
    </>
  );
}
