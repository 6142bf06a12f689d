// How Stripe counts currencies, from the table that the service also uses. Stripe's decimals differ from ISO's and the browser's.
import table from '../../../shared/src/models/currencies.json';

/** How Stripe counts a currency, and how people write it. */
interface Unit {
  /** Decimals that Stripe's whole number stands for: 2 for cents, 0 for yen. */
  decimals: number;
  /** Stripe accepts only multiples of this. */
  step?: number;
  /** People write no decimals in this currency where they are 0. */
  rarely_fractional?: boolean;
}

const TABLE: Record<string, Unit> = table;

/** A currency's row of the table. Other currencies have two decimals. */
export function unitOf(currency: string): Unit {
  return TABLE[currency.toLowerCase()] ?? { decimals: 2 };
}

/** How many decimals people write for an amount in minor units. */
export function decimalsShown(amount: number, currency: string): number {
  const { decimals, rarely_fractional = false } = unitOf(currency);
  return rarely_fractional && amount % 10 ** decimals === 0 ? 0 : decimals;
}

/** Whether Stripe accepts an amount in minor units: the last of three decimals must be 0, and a króna has no decimals. */
export function isAccepted(amount: number, currency: string): boolean {
  return amount % (unitOf(currency).step ?? 1) === 0;
}
