import type { ReactNode } from 'react';
import type { RequiredPlan } from '@/lib/models';
import styles from './badge.module.css';
import { classes } from './classes';

export function Badge({ kind = 'neutral', children }: { kind?: 'neutral' | 'accent' | 'positive' | 'warning' | 'danger'; children: ReactNode }) {
  return <span className={classes(styles.badge, styles[kind])}>{children}</span>;
}

const PLANS: Record<RequiredPlan, string> = { free: 'Free', basic: 'Basic', premium: 'Premium' };

/** What a video asks of its viewer. */
export function PlanBadge({ plan }: { plan: RequiredPlan }) {
  return (
    <span className={classes(styles.badge, styles[`plan-${plan}`])}>
      <span className="visually-hidden">Plan: </span>
      {PLANS[plan]}
    </span>
  );
}
