import { useNavigate, useSearchParams } from 'react-router';
import { Button, ButtonLink } from '@/components/button';
import { ErrorNotice, Remark } from '@/components/notice';
import { PlanCards } from '@/components/plan-cards';
import { capital } from '@/lib/format';
import type { Interval, PlanType, Subscription } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useSubscription } from '@/lib/queries/use-subscription';
import { signInPath } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import styles from './plans-page.module.css';
import { useCheckout } from './use-checkout';

/** The states in which a checkout would be refused: there is a subscription, which changes in the account. */
const LIVE: Subscription['status'][] = ['trialing', 'active', 'past_due', 'unpaid', 'paused'];

export function Component() {
  usePageTitle('Plans and prices');
  const [params] = useSearchParams();
  const isSignedIn = useIsSignedIn();
  const subscription = useSubscription();
  const checkout = useCheckout();
  const navigate = useNavigate();
  const preferred: PlanType = params.get('plan') === 'basic' ? 'basic' : 'premium';
  const held = subscription.data && LIVE.includes(subscription.data.status) ? subscription.data : null;

  const choose = (plan: PlanType, interval: Interval) => {
    if (isSignedIn) checkout.mutate({ plan_type: plan, interval });
    else void navigate(signInPath(`/plans?plan=${plan}`, '/register'));
  };

  return (
    <div className={styles.page}>
      <div className={styles.intro}>
        <h1>Pick your seat</h1>
        <p>Every film and series of your plan, on every screen. Cancel whenever you like, it runs to the end of what you paid.</p>
      </div>
      {checkout.error && <ErrorNotice size="line" error={checkout.error} />}
      {held && (
        <Remark kind="info">
          <p>
            You have {held.plan_type ? capital(held.plan_type) : 'a plan'} already. What it costs to change is shown before anything happens.
          </p>
        </Remark>
      )}
      <h2 className="visually-hidden">The plans</h2>
      <PlanCards
        preferred={preferred}
        mark={(plan) => (held?.plan_type === plan ? 'Yours' : null)}
        action={(plan, interval) =>
          held ? (
            <ButtonLink to={held.plan_type === plan ? '/account' : `/account/plan?to=${plan}`} look={plan === 'premium' && held.plan_type !== plan ? 'primary' : 'quiet'} size="lg" wide>
              {held.plan_type === plan ? 'To your account' : `Change to ${capital(plan)}`}
            </ButtonLink>
          ) : (
            <Button
              look={plan === preferred ? 'primary' : 'quiet'}
              size="lg"
              wide
              busy={checkout.isPending || checkout.isSuccess}
              onClick={() => choose(plan, interval)}
            >
              {`Choose ${capital(plan)}`}
            </Button>
          )
        }
      />
      <p className={styles.small}>You pay on the page of our payment provider. Free films need no plan, only an account.</p>
    </div>
  );
}
