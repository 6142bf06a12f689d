const LOCALE = 'en';
// The day before the month.
const LOCALE_OF_DAYS = 'en-GB';

/** `$9.99`, of minor units. */
export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency: currency.toUpperCase() });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

/** `26 November 2026`. */
export function day(time: string): string {
  return new Intl.DateTimeFormat(LOCALE_OF_DAYS, { day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(time));
}

/** `26 Nov 2026, 14:05`. */
export function moment(time: string): string {
  const shape = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false } as const;
  return new Intl.DateTimeFormat(LOCALE_OF_DAYS, shape).format(new Date(time));
}

/** `3 minutes ago`, `yesterday`, and the day for what is older than a month. */
export function ago(time: string, now = Date.now()): string {
  const seconds = Math.round((now - new Date(time).getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return format.format(-Math.floor(seconds / 3600), 'hour');
  if (seconds < 30 * 86_400) return format.format(-Math.floor(seconds / 86_400), 'day');
  return day(time);
}

/** `1 h 42 min`, `42 min`, `36 sec`. */
export function length(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} sec`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `1:02:07`, `0:42`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** `1 device`, `2 devices`. */
export function count(number: number, noun: string): string {
  return `${new Intl.NumberFormat(LOCALE).format(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `Premium`. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
