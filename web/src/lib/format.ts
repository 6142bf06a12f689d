// Formats dates, numbers and durations in the viewer's locale.
import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';

/** `26 November 2026`, in the viewer's time zone. */
export function day(time: string): string {
  return i18n.date(time, { day: 'numeric', month: 'long', year: 'numeric' });
}

// Operators see all times in UTC, like their filters and metrics, and labelled as such.

/** `26 Nov 2026, 14:05 UTC`. */
export function moment(time: string): string {
  return `${bareMoment(time)} UTC`;
}

/** `26 Nov 2026, 14:05` in UTC, for places where the page says so elsewhere. */
export function bareMoment(time: string): string {
  return i18n.date(time, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
}

/** `26 November 2026`, the day in UTC. */
export function utcDay(time: string): string {
  return i18n.date(time, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** `3 minutes ago`, `yesterday`, or the date after a month. */
export function ago(time: string, now = Date.now()): string {
  const seconds = Math.round((now - new Date(time).getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  if (seconds < 60) return t`just now`;
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return format.format(-Math.floor(seconds / 3600), 'hour');
  if (seconds < 30 * 86_400) return format.format(-Math.floor(seconds / 86_400), 'day');
  return day(time);
}

/** `1 hr 42 mins`, `42 mins`, `36 secs`. */
export function length(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return amount(whole, 'second');
  const minutes = Math.round(whole / 60);
  const hours = Math.floor(minutes / 60);
  const parts = [hours > 0 && amount(hours, 'hour'), minutes % 60 > 0 && amount(minutes % 60, 'minute')];
  return parts.filter((part) => part !== false).join(' ');
}

/** `1:02:07`, `0:42`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The locale of every format: the viewer's regional variant of the app's language, or else that language. */
export function locale(): string {
  return [i18n.locales ?? i18n.locale].flat()[0] ?? i18n.locale;
}

function amount(value: number, unit: 'hour' | 'minute' | 'second'): string {
  return i18n.number(value, { style: 'unit', unit, unitDisplay: 'short' });
}

/** `1 device`, `2 devices`. */
export function count(number: number, noun: string): string {
  return `${i18n.number(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `Premium`. */
export function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
