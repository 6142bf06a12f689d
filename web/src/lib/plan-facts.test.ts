import { describe, expect, it } from 'vitest';
import { money } from './money';
import { monthlyShare, titlesIn } from './plan-facts';

describe('the monthly equivalent of a yearly price', () => {
  it('is a twelfth, in whole minor units, written as the currency is', () => {
    const share = (amount: number, currency: string) => money(monthlyShare({ interval: 'year', amount }) ?? 0, currency);
    expect(share(7990, 'usd')).toBe('US$6.66');
    expect(share(15990, 'usd')).toBe('US$13.33');
    expect(share(12000, 'jpy')).toBe('JP¥1,000');
  });

  it('is nothing to say of a price by the month', () => {
    expect(monthlyShare({ interval: 'month', amount: 999 })).toBeNull();
  });
});

describe('the number of titles of a plan', () => {
  const categories = [{ by_plan: { free: 1, basic: 2, premium: 4 } }, { by_plan: { free: 0, basic: 8, premium: 16 } }];

  it('includes what lower plans have', () => {
    expect(titlesIn('basic', categories)).toBe(11);
    expect(titlesIn('premium', categories)).toBe(31);
  });

  it('is none where nothing is published', () => {
    expect(titlesIn('premium', [])).toBe(0);
  });
});
