import { describe, expect, it } from 'vitest';
import { chooseLanguage, chooseLocale } from './choose';

const OFFERED = ['en', 'de', 'fr'];

describe('chooseLanguage', () => {
  it('prefers the viewer’s choice to the browser’s languages', () => {
    expect(chooseLanguage('fr', ['de-AT', 'en'], OFFERED)).toBe('fr');
  });

  it('takes the browser’s first language that is offered, whatever its region', () => {
    expect(chooseLanguage(null, ['ja', 'de-AT', 'en'], OFFERED)).toBe('de');
  });

  it('ignores a choice that is no longer offered', () => {
    expect(chooseLanguage('es', ['de'], OFFERED)).toBe('de');
  });

  it('falls back to the first language offered', () => {
    expect(chooseLanguage(null, ['ja'], OFFERED)).toBe('en');
    expect(chooseLanguage(null, [], OFFERED)).toBe('en');
  });
});

describe('chooseLocale', () => {
  it('takes the viewer’s region for the current language', () => {
    expect(chooseLocale('de', ['en-GB', 'de-AT', 'de'])).toBe('de-AT');
  });

  it('takes only the language if the viewer has no known region for it', () => {
    expect(chooseLocale('de', ['en-GB'])).toBe('de');
    expect(chooseLocale('de', ['de_DE@euro'])).toBe('de');
  });
});
