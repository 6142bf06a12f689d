// How Stripe counts currencies: the table that the service reads as well. Neither ISO's decimals nor the browser's are Stripe's.
import table from '../../../shared/src/models/currencies.json';

/** How Stripe counts a currency, and how people write it. */
interface Unit {
  /** Decimals that Stripe's whole number stands for: 2 for cents, 0 for yen. */
  decimals: number;
  /** Stripe takes multiples of this alone. */
  step?: number;
  /** People write no decimals in this currency where they are 0. */
  rarely_fractional?: boolean;
}

const TABLE: Record<string, Unit> = table;

/** What the table says of a currency; one that it does not name has two decimals. */
export function unitOf(currency: string): Unit {
  return TABLE[currency.toLowerCase()] ?? { decimals: 2 };
}

/** How many decimals people write of an amount in minor units. */
export function decimalsShown(amount: number, currency: string): number {
  const { decimals, rarely_fractional = false } = unitOf(currency);
  return rarely_fractional && amount % 10 ** decimals === 0 ? 0 : decimals;
}

/** Whether Stripe takes this amount, in minor units: the last of three decimals must be 0, and a króna has no parts. */
export function isAccepted(amount: number, currency: string): boolean {
  return amount % (unitOf(currency).step ?? 1) === 0;
}
