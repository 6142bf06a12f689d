import { i18n } from '@lingui/core';
import { afterEach, describe, expect, it } from 'vitest';
import { dayOfField, fieldDay, fieldMoney, fieldTime, moneyOfField, timeOfField } from './fields';

describe('an amount in a field', () => {
  it('survives formatting and parsing', () => {
    expect(fieldMoney(999, 'usd')).toBe('9.99');
    expect(moneyOfField('9.99', 'usd')).toBe(999);
    expect(moneyOfField(' 9,9 ', 'usd')).toBe(990);
    expect(moneyOfField('12', 'usd')).toBe(1200);
  });

  it('handles currencies without minor units', () => {
    expect(fieldMoney(500, 'jpy')).toBe('500');
    expect(moneyOfField('500', 'jpy')).toBe(500);
    expect(moneyOfField('5.5', 'jpy')).toBeNull();
  });

  it('uses Stripe’s decimals, not the browser’s', () => {
    expect(fieldMoney(299_000, 'huf')).toBe('2990');
    expect(moneyOfField('1000', 'huf')).toBe(100_000);
    expect(moneyOfField('500', 'isk')).toBe(50_000);
    expect(moneyOfField('7.99', 'kwd')).toBe(7990);
    expect(moneyOfField('7,990', 'kwd'), 'seven, or seven thousand?').toBeNull();
  });

  it('refuses anything else', () => {
    for (const typed of ['', '-1', '9.999', 'ten', '1e3', '99999999999999999']) expect(moneyOfField(typed, 'usd')).toBeNull();
  });
});

describe('a time in a field', () => {
  it('survives formatting and parsing, in every month', () => {
    for (let month = 1; month <= 12; month += 1) {
      const time = `2026-${String(month).padStart(2, '0')}-26T14:05:00.000Z`;
      expect(timeOfField(fieldTime(time))).toBe(time);
    }
  });

  it('accepts the ways in which people write it', () => {
    // Operators use UTC, whatever the machine's time zone is.
    const at = '2026-11-05T09:30:00.000Z';
    for (const typed of [
      '5 Nov 2026, 09:30',
      ' 05 november 2026 9:30',
      '5. nov. 2026, 9:30',
      '2026-11-05 09:30',
      '2026-11-05T09:30',
      '5 Nov 2026, 09:30 UTC',
      '2026-11-05T09:30Z',
    ])
      expect(timeOfField(typed), typed).toBe(at);
  });

  it('refuses anything else', () => {
    for (const typed of [
      '',
      'tomorrow',
      '5 Nov 2026',
      '09:30',
      '5 Nov 2026, 24:00',
      '5 Nov 2026, 9:60',
      '31 Feb 2026, 09:30',
      '5 No 2026, 09:30',
    ])
      expect(timeOfField(typed), typed).toBeNull();
  });
});

describe('a day in another language', () => {
  afterEach(() => i18n.loadAndActivate({ locale: 'en', locales: 'en-GB', messages: {} }));

  it.each(['de', 'fr', 'es', 'en-US', 'pl'])('survives formatting and parsing in every month: %s', (language) => {
    i18n.loadAndActivate({ locale: 'en', locales: language, messages: {} });
    for (let month = 1; month <= 12; month += 1) {
      const day = `2026-${String(month).padStart(2, '0')}-01`;
      expect(dayOfField(fieldDay(new Date(`${day}T00:00`)))).toBe(day);
    }
  });

  it('may be typed in that language or in English', () => {
    i18n.loadAndActivate({ locale: 'en', locales: 'fr', messages: {} });
    expect(dayOfField('5 février 2026')).toBe('2026-02-05');
    expect(dayOfField('5 fevr. 2026')).toBe('2026-02-05');
    expect(dayOfField('5 May 2026')).toBe('2026-05-05');
    expect(dayOfField('5 jui 2026'), 'June or July?').toBeNull();
    i18n.loadAndActivate({ locale: 'en', locales: 'es', messages: {} });
    expect(dayOfField('5 de marzo de 2026')).toBe('2026-03-05');
  });
});

describe('a day in a field', () => {
  it('survives formatting and parsing, in every month', () => {
    for (let month = 1; month <= 12; month += 1) {
      const day = `2026-${String(month).padStart(2, '0')}-01`;
      expect(dayOfField(fieldDay(new Date(`${day}T00:00`)))).toBe(day);
    }
    expect(fieldDay(new Date(2026, 10, 5))).toBe('5 Nov 2026');
  });

  it('refuses anything else, and ambiguous dates', () => {
    for (const typed of ['', '5 Nov', '31 Nov 2026', '0 Nov 2026', '2026-13-01', '2026-02-30', '11/12/2026', '5 Nov 26'])
      expect(dayOfField(typed), typed).toBeNull();
  });
});
