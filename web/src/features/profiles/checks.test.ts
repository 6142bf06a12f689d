import { describe, expect, it } from 'vitest';
import { ages, nameIssue, showsMore } from './checks';

describe('nameIssue', () => {
  const profiles = [
    { id: 'a', name: 'Ada' },
    { id: 'k', name: 'Kim' },
  ];

  it('accepts a name that no other profile has', () => {
    expect(nameIssue('Leo', profiles)).toBeUndefined();
    expect(nameIssue(' Kim ', profiles, 'k'), 'its own').toBeUndefined();
    expect(nameIssue('👩‍🚀'.repeat(13), profiles), 'as the service counts').toBeUndefined();
  });

  it('refuses an empty name, one that is too long, and one that another profile has', () => {
    for (const name of ['', '  ', 'x'.repeat(41), 'ADA', ' ada ']) expect(nameIssue(name, profiles, 'k'), name).toBeDefined();
  });
});

it('requires a password only if a kids profile will show more than before', () => {
  expect(showsMore(null, null)).toBe(false);
  expect(showsMore(null, 6)).toBe(false);
  expect(showsMore(12, 6)).toBe(false);
  expect(showsMore(6, 6)).toBe(false);
  expect(showsMore(6, 12)).toBe(true);
  expect(showsMore(0, null)).toBe(true);
});

it('offers the usual ages and the profile’s current one', () => {
  expect(ages(null)).toEqual([0, 6, 9, 12, 14, 16]);
  expect(ages(7)).toEqual([0, 6, 7, 9, 12, 14, 16]);
  expect(ages(12)).toEqual([0, 6, 9, 12, 14, 16]);
});
