// Separate from the other formats, because the first pages show no amounts and need no table of currencies.
import { i18n } from '@lingui/core';
import { decimalsShown, unitOf } from './currency';

/** `$9.99`, from Stripe's minor units. */
export function money(amount: number, currency: string): string {
  return moneyWith(decimalsShown(amount, currency), amount, currency);
}

/** `$10`, for places without room for more. */
export function wholeMoney(amount: number, currency: string): string {
  return moneyWith(0, amount, currency);
}

function moneyWith(digits: number, amount: number, currency: string): string {
  const { decimals } = unitOf(currency);
  const shape = {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  } as const;
  return i18n.number(amount / 10 ** decimals, shape);
}
