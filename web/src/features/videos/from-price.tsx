import { t } from '@lingui/core/macro';
import type { Plan } from '@/lib/models';
import { money } from '@/lib/money';

/** The lowest price of a plan. */
export default function FromPrice({ plans, trialDays }: { plans: Plan[] | undefined; trialDays: number }) {
  const monthly = plans?.flatMap((plan) => plan.prices.filter((price) => price.interval === 'month')) ?? [];
  // Amounts in different currencies cannot be compared.
  const [least] = monthly.filter(({ currency }) => currency === monthly[0]?.currency).sort((one, other) => one.amount - other.amount);
  if (!least) return '\u00a0';
  const price = money(least.amount, least.currency);
  return trialDays > 0 ? t`Then from ${price} per month. Cancel anytime.` : t`From ${price} per month. Cancel anytime.`;
}
