import { i18n } from '@lingui/core';
import { afterEach, describe, expect, it } from 'vitest';
import { countryName, languageName } from './names';

describe('names of countries and languages', () => {
  afterEach(() => i18n.activate('en'));

  it('are in the viewer’s language and begin with a capital', () => {
    expect([countryName('NO'), languageName('de')]).toEqual(['Norway', 'German']);
    i18n.loadAndActivate({ locale: 'fr', messages: {} });
    expect([countryName('NO'), languageName('de')]).toEqual(['Norvège', 'Allemand']);
  });

  it('are the code where there is no name', () => {
    expect([countryName('nowhere'), languageName('not a language')]).toEqual(['nowhere', 'not a language']);
  });
});
