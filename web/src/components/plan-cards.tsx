import { i18n } from '@lingui/core';
import { Trans } from '@lingui/react/macro';
import { t, plural } from '@lingui/core/macro';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Category, Interval, Plan, PlanType, Price, Subscription } from '@/lib/models';
import { money } from '@/lib/money';
import { planName } from '@/lib/nouns';
import { ownPrice } from '@/lib/own-price';
import type { OwnPrice } from '@/lib/own-price';
import { monthlyShare, titlesIn } from '@/lib/plan-facts';
import { useCategories } from '@/lib/queries/use-categories';
import { usePlans } from '@/lib/queries/use-plans';
import { ButtonLink } from './button';
import { Badge } from './badge';
import { classes } from './classes';
import { Icon } from './icon';
import { Empty, ErrorNotice } from './notice';
import styles from './plan-cards.module.css';
import { Segments } from './segments';
import { Loading, Skeleton } from './skeleton';

interface PlanCardsProps {
  /** The action of a plan's card. */
  action: (plan: PlanType, interval: Interval) => ReactNode | { label: string; to: string };
  /** A label on a plan, such as that it is the current one. */
  mark?: (plan: PlanType, interval: Interval) => string | null;
  /** The plan to emphasize. */
  preferred?: PlanType;
  /** The viewer's subscription: their own plan is shown at the price that they pay. */
  subscription?: Subscription | null;
  /** The interval to show, if the page keeps it. */
  interval?: Interval;
  initialInterval?: Interval;
  /** Called when an interval is chosen. */
  onInterval?: (interval: Interval) => void;
}

/** The plans with their monthly or yearly prices. */
export function PlanCards({
  action,
  mark,
  preferred = 'premium',
  subscription,
  interval: kept,
  initialInterval = 'month',
  onInterval,
}: PlanCardsProps) {
  const plans = usePlans();
  const categories = useCategories();
  // The choice is shown at once. The page's copy, in the URL, follows a moment later.
  const [own, setOwn] = useState({ after: kept, interval: kept ?? initialInterval });
  const interval = own.after === kept ? own.interval : (kept ?? own.interval);
  const choose = (chosen: Interval) => {
    setOwn({ after: kept, interval: chosen });
    onInterval?.(chosen);
  };
  if (plans.error && !plans.data) return <ErrorNotice error={plans.error} onRetry={() => void plans.refetch()} />;
  // Every card shows the number of titles. If that request fails, the plans are shown without it.
  if (!plans.data || (categories.isPending && categories.failureCount === 0)) {
    return (
      <Loading label={t`Loading plans`}>
        <div className={styles.plans}>
          <Skeleton shape="block" className={styles.waitingChoice} />
          <div className={styles.cards}>
            <Skeleton shape="block" className={styles.waiting} />
            <Skeleton shape="block" className={styles.waiting} />
          </div>
        </div>
      </Loading>
    );
  }
  if (plans.data.length === 0)
    return (
      <Empty
        icon="card"
        title={t`No plans available`}
        text={t`There are no subscriptions to choose from right now. You can still watch free titles with an account.`}
      />
    );
  return (
    <div className={styles.plans}>
      {hasYears(plans.data) && (
        <Segments
          label={t`Billing`}
          value={interval}
          onChange={choose}
          options={[
            { value: 'month', label: t`Monthly` },
            { value: 'year', label: t`Yearly`, note: saving(plans.data) },
          ]}
        />
      )}
      <ul className={styles.cards}>
        {plans.data.map((plan) => (
          <Card
            key={plan.plan_type}
            plan={plan}
            categories={categories.data}
            interval={interval}
            isPreferred={plan.plan_type === preferred}
            own={ownPrice(subscription, plan.plan_type, interval)}
            mark={mark?.(plan.plan_type, interval)}
          >
            <Act action={action(plan.plan_type, interval)} isPreferred={plan.plan_type === preferred} />
          </Card>
        ))}
      </ul>
    </div>
  );
}

function Act({ action, isPreferred }: { action: ReturnType<PlanCardsProps['action']>; isPreferred: boolean }) {
  if (typeof action !== 'object' || action === null || !('to' in action)) return action;
  return (
    <ButtonLink to={action.to} look={isPreferred ? 'primary' : 'quiet'} size="lg" wide>
      {action.label}
    </ButtonLink>
  );
}

interface CardProps {
  plan: Plan;
  categories: Category[] | undefined;
  interval: Interval;
  isPreferred: boolean;
  own: OwnPrice | null;
  mark?: string | null;
  children: ReactNode;
}

function Card({ plan, categories, interval, isPreferred, own, mark, children }: CardProps) {
  const price = own ?? priceOf(plan, interval) ?? plan.prices[0];
  return (
    <li className={classes(styles.card, isPreferred && styles.preferred)}>
      <div className={styles.name}>
        <h3>{planName(plan.plan_type)}</h3>
        {mark && <Badge kind="positive">{mark}</Badge>}
      </div>
      {price && <Cost price={price} hasDiscount={own?.hasDiscount ?? false} />}
      {children}
      <ul className={styles.features}>
        {plan.trial_days > 0 && <Feature>{plural(plan.trial_days, { one: '#-day free trial', other: '#-day free trial' })}</Feature>}
        <Feature>{titles(plan.plan_type, categories)}</Feature>
        <Feature>{t`Picture up to Full HD (1080p)`}</Feature>
        <Feature>{plural(plan.stream_limit, { one: 'Watch on # screen at a time', other: 'Watch on # screens at the same time' })}</Feature>
        <Feature>{t`Cancel anytime`}</Feature>
      </ul>
    </li>
  );
}

/** The price, its monthly equivalent if it is yearly, and a note that taxes are included. */
function Cost({ price, hasDiscount }: { price: Pick<Price, 'amount' | 'currency' | 'interval'>; hasDiscount: boolean }) {
  const amount = money(price.amount, price.currency);
  const share = monthlyShare(price);
  const each = share === null ? null : money(share, price.currency);
  return (
    <div>
      <p className={styles.price}>
        {price.interval === 'year' ? (
          <Trans>
            <strong>{amount}</strong> <span>per year</span>
          </Trans>
        ) : (
          <Trans>
            <strong>{amount}</strong> <span>per month</span>
          </Trans>
        )}{' '}
        {hasDiscount && (
          <span>
            <Trans>before your discount</Trans>
          </span>
        )}
      </p>
      <p className={styles.share}>{each ? t`= ${each} a month, taxes included` : t`Taxes included`}</p>
    </div>
  );
}

/** The number of titles, or a general text if it is unknown. */
function titles(plan: PlanType, categories: Category[] | undefined): string {
  if (plan === 'premium') {
    return categories
      ? plural(titlesIn(plan, categories), {
          one: 'The whole catalog: # film or episode',
          other: 'The whole catalog: # films and episodes',
        })
      : t`The whole catalog`;
  }
  return categories
    ? plural(titlesIn(plan, categories), { one: '# film or episode', other: '# films and episodes' })
    : t`Free and basic titles`;
}

function Feature({ children }: { children: ReactNode }) {
  return (
    <li>
      <Icon name="check" size={18} />
      <span>{children}</span>
    </li>
  );
}

export function priceOf(plan: Plan, interval: Interval): Price | undefined {
  return plan.prices.find((price) => price.interval === interval);
}

function hasYears(plans: Plan[]): boolean {
  return plans.some((plan) => priceOf(plan, 'year') && priceOf(plan, 'month'));
}

/** The largest saving of a yearly price over twelve months. */
function saving(plans: Plan[]): string | undefined {
  const shares = plans.map((plan) => {
    const [month, year] = [priceOf(plan, 'month'), priceOf(plan, 'year')];
    return month && year ? 1 - year.amount / (12 * month.amount) : 0;
  });
  const most = Math.round(100 * Math.max(0, ...shares));
  if (most <= 0) return undefined;
  const share = i18n.number(most / 100, { style: 'percent' });
  return t`save ${share}`;
}
