import { describe, expect, it } from 'vitest';
import { dayOfField, fieldDay, fieldMoney, fieldTime, moneyOfField, timeOfField } from './fields';

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
  it('goes there and back, in every month', () => {
    for (let month = 1; month <= 12; month += 1) {
      const time = `2026-${String(month).padStart(2, '0')}-26T14:05:00.000Z`;
      expect(timeOfField(fieldTime(time))).toBe(time);
    }
  });

  it('is taken as people write it', () => {
    const at = new Date(2026, 10, 5, 9, 30).toISOString();
    for (const typed of ['5 Nov 2026, 09:30', ' 05 november 2026 9:30', '5. nov. 2026, 9:30', '2026-11-05 09:30', '2026-11-05T09:30']) expect(timeOfField(typed), typed).toBe(at);
  });

  it('refuses what is none', () => {
    for (const typed of ['', 'tomorrow', '5 Nov 2026', '09:30', '5 Nov 2026, 24:00', '5 Nov 2026, 9:60', '31 Feb 2026, 09:30', '5 No 2026, 09:30']) expect(timeOfField(typed), typed).toBeNull();
  });
});

describe('a day in a field', () => {
  it('goes there and back, in every month', () => {
    for (let month = 1; month <= 12; month += 1) {
      const day = `2026-${String(month).padStart(2, '0')}-01`;
      expect(dayOfField(fieldDay(new Date(`${day}T00:00`)))).toBe(day);
    }
    expect(fieldDay(new Date(2026, 10, 5))).toBe('5 Nov 2026');
  });

  it('refuses what is none, and what is one day to some and another to others', () => {
    for (const typed of ['', '5 Nov', '31 Nov 2026', '0 Nov 2026', '2026-13-01', '2026-02-30', '11/12/2026', '5 Nov 26']) expect(dayOfField(typed), typed).toBeNull();
  });
});
