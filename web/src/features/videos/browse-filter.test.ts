import { describe, expect, it } from 'vitest';
import { readFilter, defaultSort, writeFilter } from './browse-filter';

describe('the filter in the URL', () => {
  it('survives formatting and parsing', () => {
    const filter = { q: 'a light & more', category: 'Slow TV', required_plan: 'basic', sort: 'title' } as const;
    expect(readFilter(writeFilter(filter))).toEqual(filter);
  });

  it('sorts by relevance only in a search', () => {
    expect(readFilter(new URLSearchParams('sort=relevance')).sort).toBeUndefined();
    expect(readFilter(new URLSearchParams('q=light&sort=relevance')).sort).toBe('relevance');
    expect(defaultSort({ q: 'light' })).toBe('relevance');
    expect(defaultSort({})).toBe('newest');
  });

  it('omits values that the service would refuse', () => {
    const filter = readFilter(new URLSearchParams(`plan=gold&sort=worst&q=${'x'.repeat(500)}&category=`));
    expect(filter.required_plan).toBeUndefined();
    expect(filter.sort).toBeUndefined();
    expect(filter.category).toBeUndefined();
    expect(filter.q).toHaveLength(200);
  });
});
