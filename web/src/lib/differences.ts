// The differences between two states, for operators: named fields, money with its currency, times in UTC.
import { t } from '@lingui/core/macro';
import { moment } from './format';
import { money } from './money';

/** A field that differs. */
export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

type Fields = Record<string, unknown>;

const NOTHING = '—';
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;
/** Fields whose values are words: `past_due`. */
const WORDS = /(^|_)(status|plan|plan_type|interval|reason|role|kind|state)$/;

/** The fields that differ; all fields if one side is missing. */
export function changesOf(before: unknown, after: unknown): FieldChange[] {
  return compare('', before, after, [currencyOf(before), currencyOf(after)]);
}

function compare(name: string, before: unknown, after: unknown, currencies: [before: string | null, after: string | null]): FieldChange[] {
  if (isFields(before) || isFields(after)) {
    const [old, fresh] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
    const inside: typeof currencies = [currencyOf(old) ?? currencies[0], currencyOf(fresh) ?? currencies[1]];
    const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
    return names.flatMap((field) => compare(name ? `${name}.${field}` : field, old[field], fresh[field], inside));
  }
  const [was, is] = [shown(name, before, currencies[0]), shown(name, after, currencies[1])];
  return was === is ? [] : [{ field: labelOf(name), before: was, after: is }];
}

/** A value as text. */
export function shown(name: string, value: unknown, currency: string | null = null): string {
  if (value === null || value === undefined || value === '') return NOTHING;
  if (typeof value === 'boolean') return value ? t`Yes` : t`No`;
  if (Array.isArray(value)) return value.length === 0 ? NOTHING : value.map((one) => shown(name, one, currency)).join(', ');
  if (typeof value === 'number') return name.includes('amount') && currency ? money(value, currency) : String(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  if (TIME.test(value) && !Number.isNaN(Date.parse(value))) return moment(value);
  if (name === 'currency' || name.endsWith('.currency')) return value.toUpperCase();
  return WORDS.test(name.split('.').at(-1) ?? '') && /^[a-z_]+$/.test(value) ? sentenceCase(value) : value;
}

/** `Subscription: current period end` for `subscription.current_period_end`. */
export function labelOf(name: string): string {
  const parts = name.split('.').map((part) => (/^[a-z]+_[A-Za-z0-9]*[A-Z0-9]/.test(part) ? part : part.replaceAll('_', ' ')));
  return parts.map((part, at) => (at === 0 ? sentenceCase(part) : part)).join(': ') || t`Value`;
}

function sentenceCase(words: string): string {
  const spaced = /^[a-z]+_[A-Za-z0-9]*[A-Z0-9]/.test(words) ? words : words.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function currencyOf(value: unknown): string | null {
  return isFields(value) && typeof value.currency === 'string' && /^[a-z]{3}$/i.test(value.currency) ? value.currency : null;
}
