import { i18n } from '@lingui/core';
import { beforeAll, describe, expect, it } from 'vitest';
import table from '../../../shared/src/models/currencies.json';
import examples from '../../../shared/src/models/currency_examples.json';
import { isAccepted, unitOf } from './currency';
import { fieldMoney, moneyOfField } from './fields';
import { money } from './money';

// The service formats amounts in American English.
beforeAll(() => i18n.activate('en', 'en-US'));

// The service is tested against the same examples.
describe.each(examples)('$amount $currency', ({ currency, amount, text, typed }) => {
  it('is formatted as by the service', () => {
    const plain = (written: string) => written.replace(/\s/gu, ' ');
    expect(plain(money(amount, currency))).toBe(plain(text));
  });

  it.runIf(typed)('is typed as it is shown', () => {
    expect(fieldMoney(amount, currency)).toBe(typed);
    expect(moneyOfField(typed ?? '', currency)).toBe(amount);
  });
});

describe('the table', () => {
  it('has an example for each row', () => {
    const named = new Set(examples.map((one) => one.currency));
    expect(Object.keys(table).filter((currency) => !named.has(currency))).toEqual([]);
  });

  it("matches Stripe's documentation", () => {
    const counted = (decimals: number) =>
      Object.keys(table)
        .filter((currency) => unitOf(currency).decimals === decimals)
        .join(' ');
    expect(counted(0)).toBe('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf');
    expect(counted(3)).toBe('bhd jod kwd omr tnd');
    for (const two of ['usd', 'HUF', 'twd', 'idr', 'cop', 'rsd', 'pkr', 'lbp', 'isk', 'ugx', 'chf'])
      expect(unitOf(two).decimals, two).toBe(2);
  });

  it('knows which amounts Stripe refuses', () => {
    expect([isAccepted(7990, 'kwd'), isAccepted(7995, 'kwd')]).toEqual([true, false]);
    expect([isAccepted(50_000, 'isk'), isAccepted(50_050, 'isk'), isAccepted(50_050, 'huf')]).toEqual([true, false, true]);
  });
});
