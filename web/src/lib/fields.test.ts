import { describe, expect, it } from 'vitest';
import { fieldMoney, fieldTime, moneyOfField, timeOfField } from './fields';

describe('money in a field', () => {
  it('goes there and back', () => {
    expect(fieldMoney(999, 'usd')).toBe('9.99');
    expect(moneyOfField('9.99', 'usd')).toBe(999);
    expect(moneyOfField(' 9,9 ', 'usd')).toBe(990);
    expect(moneyOfField('12', 'usd')).toBe(1200);
  });

  it('knows currencies without minor units', () => {
    expect(fieldMoney(500, 'jpy')).toBe('500');
    expect(moneyOfField('500', 'jpy')).toBe(500);
    expect(moneyOfField('5.5', 'jpy')).toBeNull();
  });

  it('refuses what is no amount', () => {
    for (const typed of ['', '-1', '9.999', 'ten', '1e3', '99999999999999999']) expect(moneyOfField(typed, 'usd')).toBeNull();
  });
});

describe('a moment in a field', () => {
  it('goes there and back', () => {
    expect(timeOfField(fieldTime('2026-11-26T14:05:00.000Z'))).toBe('2026-11-26T14:05:00.000Z');
    expect(timeOfField('')).toBeNull();
  });
});
