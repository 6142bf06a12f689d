import { i18n } from '@lingui/core';
import { afterEach, describe, expect, it } from 'vitest';
import { ago, day, length, locale } from './format';
import { money } from './money';

const NOON = Date.parse('2026-11-26T12:00:00Z');

afterEach(() => i18n.activate('en', 'en-GB'));

describe('a viewer’s locale', () => {
  it.each([
    ['en', 'en-US', 'November 26, 2026', '$1,299.05', '1 hr 42 min', 'yesterday'],
    ['en', 'en-GB', '26 November 2026', 'US$1,299.05', '1 hr 42 mins', 'yesterday'],
    ['de', 'de', '26. November 2026', '1.299,05 $', '1 Std. 42 Min.', 'gestern'],
    ['fr', 'fr-CA', '26 novembre 2026', '1 299,05 $ US', '1 h 42 min', 'hier'],
  ])('writes dates, money and durations in %s as %s does', (language, region, date, price, duration, yesterday) => {
    i18n.activate(language, region);
    const spaced = (text: string) => text.replace(/\s/g, ' ');
    expect(spaced(day('2026-11-26T12:00:00Z'))).toBe(date);
    expect(spaced(money(129_905, 'usd'))).toBe(price);
    expect(spaced(length(6120))).toBe(duration);
    expect(ago('2026-11-25T11:00:00Z', NOON)).toBe(yesterday);
  });

  it('is only the language if no region is known', () => {
    i18n.activate('de');
    expect(locale()).toBe('de');
  });
});

describe('length', () => {
  it('omits zero parts', () => {
    expect(length(36)).toBe('36 secs');
    expect(length(2520)).toBe('42 mins');
    expect(length(7200)).toBe('2 hrs');
  });
});
