// Money, days and moments as form fields take them, and back.
import { moment } from './format';

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const WRITTEN = /^(\d{1,2})\.?\s*([a-z]{3,})\.?,?\s*(\d{4})$/i;
const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const WITH_TIME = /^(.*?)(?:T|,\s*|\s+)(\d{1,2}:\d{2})$/;

/** A moment as a field takes it, in the time of this machine: `26 Nov 2026, 14:05`. */
export const fieldTime = moment;

/** What stands in such a field as the API takes it; `null` for what is no moment. */
export function timeOfField(typed: string): string | null {
  const [written, time] = splitTime(typed);
  const at = dateOfField(written);
  const [hours = 24, minutes = 60] = time?.split(':').map(Number) ?? [];
  if (!at || hours > 23 || minutes > 59) return null;
  at.setHours(hours, minutes);
  return at.toISOString();
}

/** The day of what stands in a field, and the time that follows it. */
export function splitTime(typed: string): [day: string, time: string | undefined] {
  const [, day, time] = WITH_TIME.exec(typed.trim()) ?? [];
  return [day ?? typed, time];
}

/** A day as a field takes it: `26 Nov 2026`. */
export function fieldDay(date: Date): string {
  return moment(date.toISOString()).split(',')[0] ?? '';
}

/** What stands in such a field as the API takes it; `null` for what is no day. */
export function dayOfField(typed: string): string | null {
  const date = dateOfField(typed);
  if (!date) return null;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * The day that stands in a field, as its midnight here: `26 Nov 2026`, `26 November 2026` or `2026-11-26`. Not `11/12/2026`, which is
 * one day to some and another to others.
 */
export function dateOfField(typed: string): Date | null {
  const written = WRITTEN.exec(typed.trim());
  const iso = ISO.exec(typed.trim());
  const [year, month, day] = written ? [Number(written[3]), monthOf(written[2]), Number(written[1])] : iso ? [Number(iso[1]), Number(iso[2]) - 1, Number(iso[3])] : [0, -1, 0];
  const date = new Date(year, month, day);
  // 30 February would be a day of March.
  return month >= 0 && date.getMonth() === month && date.getDate() === day ? date : null;
}

function monthOf(name = ''): number {
  return MONTHS.findIndex((month) => month.startsWith(name.toLowerCase()));
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
