import { describe, expect, it } from 'vitest';
import { chooseLanguage, chooseLocale } from './choose';

const OFFERED = ['en', 'de', 'fr'];

describe('chooseLanguage', () => {
  it('takes the viewer’s choice before what the browser asks for', () => {
    expect(chooseLanguage('fr', ['de-AT', 'en'], OFFERED)).toBe('fr');
  });

  it('takes the first language of the browser that is offered, of whatever region', () => {
    expect(chooseLanguage(null, ['ja', 'de-AT', 'en'], OFFERED)).toBe('de');
  });

  it('forgets a choice that is no longer offered', () => {
    expect(chooseLanguage('es', ['de'], OFFERED)).toBe('de');
  });

  it('falls back to the first language offered', () => {
    expect(chooseLanguage(null, ['ja'], OFFERED)).toBe('en');
    expect(chooseLanguage(null, [], OFFERED)).toBe('en');
  });
});

describe('chooseLocale', () => {
  it('takes the viewer’s own region for the language that is shown', () => {
    expect(chooseLocale('de', ['en-GB', 'de-AT', 'de'])).toBe('de-AT');
  });

  it('takes the language alone where the viewer does not read it, or names it in no form that is known', () => {
    expect(chooseLocale('de', ['en-GB'])).toBe('de');
    expect(chooseLocale('de', ['de_DE@euro'])).toBe('de');
  });
});
