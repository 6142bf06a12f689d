import { describe, expect, it } from 'vitest';
import { changesOf } from './differences';

describe('changesOf', () => {
  it('lists only the fields that differ', () => {
    expect(changesOf({ title: 'A', required_plan: 'basic' }, { title: 'B', required_plan: 'basic' })).toEqual([
      { field: 'Title', before: 'A', after: 'B' },
    ]);
  });

  it('treats missing and null alike', () => {
    expect(changesOf({ until: null, name: '' }, {})).toEqual([]);
  });

  it('lists every field of a state that was created or deleted', () => {
    expect(changesOf(null, { title: 'A' })).toEqual([{ field: 'Title', before: '—', after: 'A' }]);
    expect(changesOf({ title: 'A' }, null)).toEqual([{ field: 'Title', before: 'A', after: '—' }]);
    expect(changesOf(null, 'a')).toEqual([{ field: 'Value', before: '—', after: 'a' }]);
  });

  it('formats money in the currency of its own side', () => {
    const before = { amount_paid: 649, currency: 'usd' };
    expect(changesOf(before, { amount_paid: 0, currency: 'usd' })).toEqual([{ field: 'Amount paid', before: 'US$6.49', after: 'US$0.00' }]);
    expect(changesOf(before, { amount_paid: 649, currency: 'eur' })).toEqual([
      { field: 'Amount paid', before: 'US$6.49', after: '€6.49' },
      { field: 'Currency', before: 'USD', after: 'EUR' },
    ]);
  });

  it('descends into objects, and formats times, words, lists and booleans', () => {
    const before = {
      invoice: { status: 'past_due', finalized_at: null, attempts: 1, currency: 'usd', amount: 5 },
      published: false,
      captions: ['en', 'de'],
    };
    const after = {
      invoice: { status: 'paid', finalized_at: '2026-12-01T10:00:00.000Z', attempts: 2, currency: 'usd', amount: 7 },
      published: true,
      captions: [],
    };
    expect(changesOf(before, after)).toEqual([
      { field: 'Invoice: status', before: 'Past due', after: 'Paid' },
      { field: 'Invoice: finalized at', before: '—', after: '1 Dec 2026, 10:00 UTC' },
      { field: 'Invoice: attempts', before: '1', after: '2' },
      { field: 'Invoice: amount', before: 'US$0.05', after: 'US$0.07' },
      { field: 'Published', before: 'No', after: 'Yes' },
      { field: 'Captions', before: 'en, de', after: '—' },
    ]);
  });

  it('leaves IDs as they are', () => {
    expect(changesOf({ 'ledger.in_1AbCdE': { status: 'open' } }, { 'ledger.in_1AbCdE': { status: 'void' } })).toEqual([
      { field: 'Ledger: in_1AbCdE: status', before: 'Open', after: 'Void' },
    ]);
    expect(changesOf({ stripe_customer_id: 'cus_abc' }, {})).toEqual([{ field: 'Stripe customer id', before: 'cus_abc', after: '—' }]);
  });
});
