// Money and moments as form fields take them, and back.
/** A moment as a field takes it, in the time of this machine: `2026-11-26T14:05`. */
export function fieldTime(time: string): string {
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What stands in such a field as the API takes it; `null` for what is no moment. */
export function timeOfField(value: string): string | null {
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** Whether a moment is over. */
export function isPast(time: string, now = Date.now()): boolean {
  return new Date(time).getTime() <= now;
}

/** `9.99`, of minor units, as a field takes it. */
export function fieldMoney(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  return (amount / 10 ** digits).toFixed(digits);
}

/** Minor units of what stands in such a field; `null` for what is no amount. */
export function moneyOfField(value: string, currency: string): number | null {
  const typed = /^(\d+)(?:[.,](\d+))?$/.exec(value.trim());
  const digits = minorDigits(currency);
  const [, whole = '', fraction = ''] = typed ?? [];
  if (!typed || fraction.length > digits) return null;
  const amount = Number(whole + fraction.padEnd(digits, '0'));
  return Number.isSafeInteger(amount) ? amount : null;
}

function minorDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase() }).resolvedOptions().maximumFractionDigits ?? 2;
}
