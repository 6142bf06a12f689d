// Converts money, days and times to the text of form fields, and back.
import { t } from '@lingui/core/macro';
import { decimalsShown, unitOf } from './currency';
import { locale } from './format';

// With Spanish `de`: `26 de noviembre de 2026`.
const WRITTEN = /^(\d{1,2})\.?\s*(?:de\s+)?(\p{L}{3,})\.?,?\s*(?:de\s+)?(\d{4})$/iu;
const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const WITH_TIME = /^(.*?)(?:T|,\s*|\s+)(\d{1,2}:\d{2})(?:\s*UTC|Z)?$/i;

/** The text of a time, in UTC: `26 Nov 2026, 14:05`. */
export function fieldTime(time: string): string {
  const at = new Date(time);
  return `${fieldDay(utcToday(at))}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** Parses such a text for the API; `null` if it is not a time. */
export function timeOfField(typed: string): string | null {
  const [written, time] = splitTime(typed);
  const at = dateOfField(written);
  const [hours = 24, minutes = 60] = time?.split(':').map(Number) ?? [];
  if (!at || hours > 23 || minutes > 59) return null;
  return new Date(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate(), hours, minutes)).toISOString();
}

/** Splits a text into its day and the time that follows. */
export function splitTime(typed: string): [day: string, time: string | undefined] {
  const [, day, time] = WITH_TIME.exec(typed.trim()) ?? [];
  return [day ?? typed, time];
}

/** Today in UTC, as midnight in the local time zone. */
export function utcToday(now = new Date()): Date {
  return new Date(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
}

/** A day as an example of how to write one. */
export function exampleDay(): string {
  return fieldDay(new Date(2026, 10, 26));
}

/** A day and a time as an example of how to write them. */
export function exampleTime(time: string): string {
  return `${exampleDay()}, ${time}`;
}

/** The text of a day, given as midnight in the local time zone: `26 Nov 2026`. */
export function fieldDay(date: Date): string {
  return `${date.getDate()} ${monthNames(locale(), 'short')[date.getMonth()] ?? ''} ${date.getFullYear()}`;
}

/** Parses such a text for the API; `null` if it is not a day. */
export function dayOfField(typed: string): string | null {
  const date = dateOfField(typed);
  if (!date) return null;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * Parses a day as midnight in the local time zone: `26 Nov 2026`, `26 November 2026` or `2026-11-26`. Refuses `11/12/2026`, which is
 * ambiguous.
 */
export function dateOfField(typed: string): Date | null {
  const written = WRITTEN.exec(typed.trim());
  const iso = ISO.exec(typed.trim());
  const [year, month, day] = written
    ? [Number(written[3]), monthOf(written[2]), Number(written[1])]
    : iso
      ? [Number(iso[1]), Number(iso[2]) - 1, Number(iso[3])]
      : [0, -1, 0];
  const date = new Date(year, month, day);
  // 30 February would become a day in March.
  return month >= 0 && date.getMonth() === month && date.getDate() === day ? date : null;
}

/** The month that a text begins the name of, in the app's language or in English; -1 for none, or more than one. */
function monthOf(typed = ''): number {
  const begun = (month: string) => bare(month).startsWith(bare(typed));
  for (const language of [locale(), 'en']) {
    const [short, long] = [monthNames(language, 'short'), monthNames(language, 'long')];
    const found = long.flatMap((name, month) => (begun(name) || begun(short[month] ?? '') ? [month] : []));
    if (found[0] !== undefined && found.length === 1) return found[0];
  }
  return -1;
}

function monthNames(language: string, month: 'short' | 'long'): string[] {
  const format = new Intl.DateTimeFormat(language, { month, timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, at) => format.format(Date.UTC(2026, at)).replace('.', ''));
}

/** Without case or accents: `fevr` is the beginning of `février`. */
function bare(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

const two = (value: number) => String(value).padStart(2, '0');

/** What is wrong with the length of a text, if anything. */
export function lengthIssue(text: string, max: number): string | undefined {
  return Array.from(text).length > max ? t`Use at most ${max} characters` : undefined;
}

/** Whether a time is in the past. */
export function isPast(time: string, now = Date.now()): boolean {
  return new Date(time).getTime() <= now;
}

/** The text of an amount in minor units: `9.99`. */
export function fieldMoney(amount: number, currency: string): string {
  return (amount / 10 ** unitOf(currency).decimals).toFixed(decimalsShown(amount, currency));
}

/** Parses such a text to minor units; `null` if it is not an amount. */
export function moneyOfField(value: string, currency: string): number | null {
  const { decimals } = unitOf(currency);
  // With three decimals `7,990` is ambiguous, so a comma is not a decimal point there.
  const point = decimals > 2 ? '[.]' : '[.,]';
  const typed = new RegExp(`^(\\d+)(?:${point}(\\d+))?$`).exec(value.trim());
  const [, whole = '', fraction = ''] = typed ?? [];
  if (!typed || fraction.length > decimals) return null;
  const amount = Number(whole + fraction.padEnd(decimals, '0'));
  return Number.isSafeInteger(amount) ? amount : null;
}
