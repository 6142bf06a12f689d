// How operators read figures.
const LOCALE = 'en';

/** `12.4 MB`. */
export function bytes(number: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const unit = number < 1000 ? 0 : number < 1e6 ? 1 : number < 1e9 ? 2 : 3;
  const shape = { style: 'unit', unit: units[unit], unitDisplay: 'short', maximumFractionDigits: unit < 2 ? 0 : 1 } as const;
  return new Intl.NumberFormat(LOCALE, shape).format(number / 1000 ** unit);
}

/** `98.4 %`, of a rate between 0 and 1. */
export function percent(rate: number): string {
  return new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 }).format(rate);
}

/** `12,480`. */
export function figure(number: number, digits = 0): string {
  return new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits }).format(number);
}
