import { useState } from 'react';
import type { ReactNode } from 'react';
import { capital, count, money } from '@/lib/format';
import type { Interval, Plan, PlanType, Price } from '@/lib/models';
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
  /** What a plan leads to. */
  action: (plan: PlanType, interval: Interval) => ReactNode | { label: string; to: string };
  /** A word on a plan: that it is one's own. */
  mark?: (plan: PlanType, interval: Interval) => string | null;
  /** The plan that somebody came for. */
  preferred?: PlanType;
  initialInterval?: Interval;
}

/** The plans with their prices, by the month or by the year. */
export function PlanCards({ action, mark, preferred = 'premium', initialInterval = 'month' }: PlanCardsProps) {
  const plans = usePlans();
  const [interval, setInterval] = useState<Interval>(initialInterval);
  if (plans.error && !plans.data) return <ErrorNotice error={plans.error} onRetry={() => void plans.refetch()} />;
  if (!plans.data) {
    return (
      <Loading label="Loading the plans">
        <div className={styles.cards}>
          <Skeleton shape="block" className={styles.waiting} />
          <Skeleton shape="block" className={styles.waiting} />
        </div>
      </Loading>
    );
  }
  if (plans.data.length === 0) return <Empty icon="card" title="No plans on sale" text="There is nothing to subscribe to at the moment. Free films are there for every account." />;
  return (
    <div className={styles.plans}>
      {hasYears(plans.data) && (
        <Segments
          label="Billing"
          value={interval}
          onChange={setInterval}
          options={[
            { value: 'month', label: 'Monthly' },
            { value: 'year', label: 'Yearly', note: saving(plans.data) },
          ]}
        />
      )}
      <ul className={styles.cards}>
        {plans.data.map((plan) => (
          <Card key={plan.plan_type} plan={plan} interval={interval} isPreferred={plan.plan_type === preferred} mark={mark?.(plan.plan_type, interval)}>
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

function Card({ plan, interval, isPreferred, mark, children }: { plan: Plan; interval: Interval; isPreferred: boolean; mark?: string | null; children: ReactNode }) {
  const price = priceOf(plan, interval) ?? plan.prices[0];
  return (
    <li className={classes(styles.card, isPreferred && styles.preferred)}>
      <div className={styles.name}>
        <h3>{capital(plan.plan_type)}</h3>
        {mark && <Badge kind="positive">{mark}</Badge>}
      </div>
      {price && (
        <p className={styles.price}>
          <strong>{money(price.amount, price.currency)}</strong> <span>{price.interval === 'year' ? 'a year' : 'a month'}</span>
        </p>
      )}
      {children}
      <ul className={styles.features}>
        {plan.trial_days > 0 && <Feature>{`${count(plan.trial_days, 'day')} free to begin with`}</Feature>}
        {plan.features.map((feature) => (
          <Feature key={feature}>{feature}</Feature>
        ))}
      </ul>
    </li>
  );
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

/** How much a year saves at most, against twelve months. */
function saving(plans: Plan[]): string | undefined {
  const shares = plans.map((plan) => {
    const [month, year] = [priceOf(plan, 'month'), priceOf(plan, 'year')];
    return month && year ? 1 - year.amount / (12 * month.amount) : 0;
  });
  const most = Math.round(100 * Math.max(0, ...shares));
  return most > 0 ? `save ${most} %` : undefined;
}
