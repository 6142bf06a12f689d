import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { RequiredPlan } from '@/lib/models';
import { planName } from '@/lib/nouns';
import styles from './badge.module.css';
import { classes } from './classes';

export function Badge({
  kind = 'neutral',
  children,
}: {
  kind?: 'neutral' | 'accent' | 'positive' | 'warning' | 'danger';
  children: ReactNode;
}) {
  return <span className={classes(styles.badge, styles[kind])}>{children}</span>;
}

/** The plan that a video requires. */
export function PlanBadge({ plan }: { plan: RequiredPlan }) {
  return (
    <span className={classes(styles.badge, styles[`plan-${plan}`])}>
      <span className="visually-hidden">
        <Trans>Plan:</Trans>{' '}
      </span>
      {planName(plan)}
    </span>
  );
}
