import { describe, expect, it } from 'vitest';
import { countryOf, factBody, factIssues, initialFacts, listOf } from './facts-fields';

describe('the facts of a film in the form', () => {
  const values = { ...initialFacts(), year: '1958', country: 'norway', actors: 'Mira Lund,  Jonas Hale,\nMira Lund,', tags: ' ' };

  it('are sent as the API takes them, and an empty field clears', () => {
    expect(factBody(values)).toEqual({
      year: 1958,
      country: 'NO',
      age_rating: null,
      directors: [],
      actors: ['Mira Lund', 'Jonas Hale'],
      tags: [],
    });
  });

  it('name a country by its name or its code', () => {
    expect([countryOf(' Norway '), countryOf('no'), countryOf('Atlantis'), countryOf('')]).toEqual(['NO', 'NO', null, null]);
  });

  it('are refused before they are sent', () => {
    const many = Array.from({ length: 31 }, (_, at) => `Name ${at}`).join(', ');
    const issues = factIssues({ ...values, year: '58', country: 'Atlantis', actors: many, tags: 'x'.repeat(41) });
    expect(Object.entries(issues).flatMap(([name, issue]) => (issue ? [name] : []))).toEqual(['year', 'country', 'actors', 'tags']);
    expect(Object.values(factIssues(values)).filter(Boolean)).toEqual([]);
  });

  it('keep a name once', () => {
    expect(listOf('a, b\na')).toEqual(['a', 'b']);
  });
});
