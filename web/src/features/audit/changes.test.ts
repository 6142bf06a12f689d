import { describe, expect, it } from 'vitest';
import { changesOf, shown } from './changes';

describe('changesOf', () => {
  it('names what is different, and nothing else', () => {
    expect(changesOf({ title: 'A', plan: 'basic' }, { title: 'B', plan: 'basic' })).toEqual([{ field: 'title', before: 'A', after: 'B' }]);
  });

  it('takes what is missing for what is null', () => {
    expect(changesOf({ until: null }, {})).toEqual([]);
  });

  it('tells all of what came or went', () => {
    expect(changesOf(null, { title: 'A' })).toEqual([{ field: 'title', before: undefined, after: 'A' }]);
    expect(changesOf({ title: 'A' }, null)).toEqual([{ field: 'title', before: 'A', after: undefined }]);
  });
});

describe('shown', () => {
  it('reads as text', () => {
    expect(shown(null)).toBe('—');
    expect(shown('premium')).toBe('premium');
    expect(shown({ a: 1 })).toBe('{"a":1}');
  });
});
