// Names a plan change wherever one is offered. The label says what happens, and when, unless it happens immediately.
import { t } from '@lingui/core/macro';
import type { Interval, PlanType } from './models';
import { planName } from './nouns';

export interface PlanAndInterval {
  plan_type: PlanType;
  interval: Interval;
}

/** Whether a change is an upgrade. Upgrades take effect once paid, other changes when the paid period ends. */
export function isUpgrade(from: PlanAndInterval, to: PlanAndInterval): boolean {
  if (from.plan_type !== to.plan_type) return to.plan_type === 'premium';
  return from.interval === 'month' && to.interval === 'year';
}

/** `Upgrade to Premium`, `Switch to yearly billing`, `Switch to Basic at the end of the period`. */
export function changeLabel(from: PlanAndInterval, to: PlanAndInterval): string {
  if (isUpgrade(from, to)) return changeName(from, to);
  if (from.plan_type === to.plan_type) return t`Switch to monthly billing at the end of the period`;
  const plan = planName(to.plan_type);
  if (from.interval === to.interval) return t`Switch to ${plan} at the end of the period`;
  return to.interval === 'year'
    ? t`Switch to ${plan}, billed yearly, at the end of the period`
    : t`Switch to ${plan}, billed monthly, at the end of the period`;
}

/** The same without the time, where that is displayed separately. */
export function changeName(from: PlanAndInterval, to: PlanAndInterval): string {
  const isYearly = to.interval === 'year';
  if (from.plan_type === to.plan_type) return isYearly ? t`Switch to yearly billing` : t`Switch to monthly billing`;
  const plan = planName(to.plan_type);
  const keepsInterval = from.interval === to.interval;
  if (isUpgrade(from, to)) {
    if (keepsInterval) return t`Upgrade to ${plan}`;
    return isYearly ? t`Upgrade to ${plan}, billed yearly` : t`Upgrade to ${plan}, billed monthly`;
  }
  if (keepsInterval) return t`Switch to ${plan}`;
  return isYearly ? t`Switch to ${plan}, billed yearly` : t`Switch to ${plan}, billed monthly`;
}
