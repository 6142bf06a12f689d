// Numbers as operators read them.
import { i18n } from '@lingui/core';

/** `12.4 MB`. */
export function bytes(number: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const unit = number < 1000 ? 0 : number < 1e6 ? 1 : number < 1e9 ? 2 : 3;
  const shape = { style: 'unit', unit: units[unit], unitDisplay: 'short', maximumFractionDigits: unit < 2 ? 0 : 1 } as const;
  return i18n.number(number / 1000 ** unit, shape);
}

/** `98.4%`, for a rate between 0 and 1. */
export function percent(rate: number): string {
  return i18n.number(rate, { style: 'percent', maximumFractionDigits: 1 });
}

/** `12,480`. */
export function figure(number: number, digits = 0): string {
  return i18n.number(number, { maximumFractionDigits: digits });
}
