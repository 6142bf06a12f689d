// Facts about a plan, computed from its price and the catalogue.
import type { Category, PlanType, Price } from './models';

const MONTHS = 12;

/** The monthly equivalent of a yearly price, in minor units; `null` for a monthly price. */
export function monthlyShare({ interval, amount }: Pick<Price, 'interval' | 'amount'>): number | null {
  return interval === 'year' ? Math.round(amount / MONTHS) : null;
}

/** The number of films and episodes that a plan includes. */
export function titlesIn(plan: PlanType, categories: Pick<Category, 'by_plan'>[]): number {
  const of = ({ by_plan: { free, basic, premium } }: Pick<Category, 'by_plan'>) => free + basic + (plan === 'premium' ? premium : 0);
  return categories.reduce((sum, category) => sum + of(category), 0);
}
