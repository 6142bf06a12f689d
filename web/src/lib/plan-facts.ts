// What a plan amounts to, of what the service says about its price and the catalogue.
import type { Category, PlanType, Price } from './models';

const MONTHS = 12;

/** What a month of a yearly price costs, in minor units; `null` for a price by the month. */
export function monthlyShare({ interval, amount }: Pick<Price, 'interval' | 'amount'>): number | null {
  return interval === 'year' ? Math.round(amount / MONTHS) : null;
}

/** How many films and episodes somebody with a plan can watch. */
export function titlesIn(plan: PlanType, categories: Pick<Category, 'by_plan'>[]): number {
  const of = ({ by_plan: { free, basic, premium } }: Pick<Category, 'by_plan'>) => free + basic + (plan === 'premium' ? premium : 0);
  return categories.reduce((sum, category) => sum + of(category), 0);
}
