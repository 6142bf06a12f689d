import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Link, Navigate } from '@/lib/router/link';
import { useNavigate, useSearchParams } from '@/lib/router/place';
import { Button } from '@/components/button';
import { ErrorNotice } from '@/components/notice';
import { PlanCards } from '@/components/plan-cards';
import { SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { changeLabel } from '@/lib/change-label';
import { choiceOf } from '@/lib/choice';
import { day } from '@/lib/format';
import type { Interval, PlanType, Subscription } from '@/lib/models';
import { notify } from '@/lib/notify';
import { choosePlan, planName } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { useSubscription } from '@/lib/queries/use-subscription';
import { forgetReturnPath, returnPath } from '@/lib/return-path';
import styles from './change-plan-page.module.css';
import { ConfirmChange, currentPlan } from './confirm-change';
import { isLive } from './describe';
import type { PlanChange } from './use-change-plan';

export function Component() {
  usePageTitle(t`Change plan`);
  const subscription = useSubscription();
  return (
    <SheetPage title={t`Change plan`} lead={t`We’ll show you what it costs before anything changes.`}>
      {subscription.data ? (
        isLive(subscription.data) ? (
          <Choice subscription={subscription.data} />
        ) : (
          <Navigate to="/plans" replace />
        )
      ) : subscription.error ? (
        <ErrorNotice error={subscription.error} onRetry={() => void subscription.refetch()} />
      ) : (
        <Loading label={t`Loading your plan`}>
          <Skeleton shape="block" className={styles.waiting} />
        </Loading>
      )}
    </SheetPage>
  );
}

function Choice({ subscription }: { subscription: Subscription }) {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const [requested, setRequested] = useState<PlanChange | null>(null);
  const { plan_type, interval, pending_plan_type, pending_interval, current_period_end } = subscription;
  const held = currentPlan(subscription);
  const preferred: PlanType = params.get('to') === 'basic' ? 'basic' : 'premium';
  const isHeld = (plan: PlanType, every: Interval) => plan === plan_type && every === interval;
  const isSet = (plan: PlanType, every: Interval) => plan === pending_plan_type && every === (pending_interval ?? interval);
  const end = current_period_end && day(current_period_end);

  const onDone = (changed: Subscription) => {
    setRequested(null);
    const isThere = changed.plan_type === requested?.plan_type && changed.interval === requested.interval;
    const plan = planName(changed.plan_type ?? '');
    notify(
      isThere ? t`You now have ${plan}.` : end ? t`Your plan changes on ${end}.` : t`Your plan changes at the end of your billing period.`,
    );
    const next = isThere ? returnPath() : null;
    forgetReturnPath();
    void navigate(next ?? '/account');
  };

  return (
    <>
      <h2 className="visually-hidden">
        <Trans>Plans</Trans>
      </h2>
      <PlanCards
        preferred={preferred}
        subscription={subscription}
        initialInterval={choiceOf(params).interval ?? interval ?? 'month'}
        mark={(plan, every) => (isHeld(plan, every) ? t`Your plan` : null)}
        action={(plan, every) =>
          isHeld(plan, every) ? (
            <p className={styles.held}>
              <Trans>Your current plan</Trans>
            </p>
          ) : isSet(plan, every) ? (
            <p className={styles.held}>{end ? t`Starts on ${end}` : t`Starts at the end of your billing period`}</p>
          ) : (
            <Button
              look={plan === preferred ? 'primary' : 'quiet'}
              size="lg"
              wide
              onClick={() => setRequested({ plan_type: plan, interval: every })}
            >
              {held ? changeLabel(held, { plan_type: plan, interval: every }) : choosePlan(plan)}
            </Button>
          )
        }
      />
      <p>
        <Link to="/account">
          <Trans>Back to your subscription</Trans>
        </Link>
      </p>
      <ConfirmChange subscription={subscription} requested={requested} onClose={() => setRequested(null)} onDone={onDone} />
    </>
  );
}
