import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useNavigate, useSearchParams } from '@/lib/router/place';
import { Button, ButtonLink } from '@/components/button';
import { ErrorNotice, Callout } from '@/components/notice';
import { PlanCards } from '@/components/plan-cards';
import { changeLabel } from '@/lib/change-label';
import { currentChoice, plansPath, rememberChoice } from '@/lib/choice';
import type { Choice } from '@/lib/choice';
import { fieldIssues } from '@/lib/errors/api-error';
import type { Interval, PlanType, Subscription } from '@/lib/models';
import { choosePlan, planName } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { useSubscription } from '@/lib/queries/use-subscription';
import { signInPath } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import styles from './plans-page.module.css';
import { Questions } from './questions';
import { useCheckout } from './use-checkout';

/** The states in which a checkout is refused, because there is a subscription, which is changed in the account. */
const LIVE: Subscription['status'][] = ['trialing', 'active', 'past_due', 'unpaid', 'paused'];

export function Component() {
  usePageTitle(t`Plans and pricing`);
  const [params] = useSearchParams();
  const isSignedIn = useIsSignedIn();
  const subscription = useSubscription();
  const checkout = useCheckout();
  const navigate = useNavigate();
  const choice = currentChoice(params);
  const code = choice.promotion_code;
  const preferred: PlanType = choice.plan ?? 'premium';
  const held = subscription.data && LIVE.includes(subscription.data.status) ? subscription.data : null;
  const heldName = planName(held?.plan_type ?? '');

  /** Keeps the choice in this tab and in the URL, so that it survives a reload, sign-up, the checkout and the back button. */
  const keep = async (chosen: Choice) => {
    rememberChoice(chosen);
    await navigate(plansPath(chosen), { replace: true, preventScrollReset: true });
  };
  const choose = async (plan: PlanType, interval: Interval) => {
    const chosen = { ...choice, plan, interval };
    if (isSignedIn) checkout.mutate({ plan_type: plan, interval, promotion_code: chosen.promotion_code });
    await keep(chosen);
    if (!isSignedIn) await navigate(signInPath(plansPath(chosen), '/register'));
  };

  return (
    <div className={styles.page}>
      <div className={styles.intro}>
        <h1>
          <Trans>Choose your plan</Trans>
        </h1>
        <p>
          <Trans>
            Watch everything in your plan on any screen. Cancel anytime and keep watching until the end of the period you paid for.
          </Trans>
        </p>
      </div>
      {checkout.error && <CheckoutError error={checkout.error} code={code ?? ''} />}
      {held && (
        <Callout kind="info">
          <p>
            {held.plan_type ? (
              <Trans>You already have {heldName}. Before you change your plan, we’ll show you what it costs.</Trans>
            ) : (
              <Trans>You already have a plan. Before you change it, we’ll show you what it costs.</Trans>
            )}
          </p>
        </Callout>
      )}
      {!held && code && (
        <Callout kind="positive">
          <p>{t`Promotion code ${code} will be applied when you pay.`}</p>
          <Button size="sm" onClick={() => void keep({ ...choice, promotion_code: undefined })}>
            <Trans>Remove code</Trans>
          </Button>
        </Callout>
      )}
      <h2 className="visually-hidden">
        <Trans>Plans</Trans>
      </h2>
      <PlanCards
        preferred={preferred}
        subscription={held}
        interval={choice.interval ?? held?.interval ?? 'month'}
        onInterval={(interval) => void keep({ ...choice, interval })}
        mark={(plan, interval) => (held?.plan_type === plan && held.interval === interval ? t`Your plan` : null)}
        action={(plan, interval) =>
          held ? (
            <SubscriberAction held={held} plan={plan} interval={interval} />
          ) : (
            <Button
              look={plan === preferred ? 'primary' : 'quiet'}
              size="lg"
              wide
              busy={checkout.isPending || checkout.isSuccess}
              onClick={() => void choose(plan, interval)}
            >
              {choosePlan(plan)}
            </Button>
          )
        }
      />
      <p className={styles.small}>
        <Trans>You’ll pay securely on our payment provider’s page. Free titles only need an account.</Trans>
      </p>
      <Questions />
    </div>
  );
}

/** What a subscriber can do about a plan. */
function SubscriberAction({ held, plan, interval }: { held: Subscription; plan: PlanType; interval: Interval }) {
  const isHeld = held.plan_type === plan && held.interval === interval;
  if (isHeld || !held.plan_type || !held.interval) {
    return (
      <ButtonLink to="/account" size="lg" wide>
        <Trans>Manage subscription</Trans>
      </ButtonLink>
    );
  }
  return (
    <ButtonLink
      to={`/account/plan?to=${plan}&interval=${interval}`}
      look={plan === 'premium' && held.plan_type !== plan ? 'primary' : 'quiet'}
      size="lg"
      wide
    >
      {changeLabel({ plan_type: held.plan_type, interval: held.interval }, { plan_type: plan, interval })}
    </ButtonLink>
  );
}

/** Why no checkout was opened. Says so if the promotion code was refused. */
function CheckoutError({ error, code }: { error: Error; code: string }) {
  if (!fieldIssues(error).promotion_code) return <ErrorNotice size="line" error={error} />;
  return (
    <div role="alert">
      <Callout kind="danger">
        <p>{t`Promotion code ${code} can’t be used. It may have expired or contain a typo. You were not charged.`}</p>
      </Callout>
    </div>
  );
}
