import { expect, test } from 'vitest';
import { pathOf, screenOf } from './screens';
import type { Screen } from './screens';

test('every screen has an address that leads back to it', () => {
  const screens: Screen[] = [
    { name: 'home' },
    { name: 'search' },
    { name: 'list' },
    { name: 'sign-out' },
    { name: 'profiles' },
    { name: 'pin', id: 'd' },
    { name: 'title', id: 'a' },
    { name: 'series', id: 'b' },
    { name: 'watch', id: 'c' },
  ];
  for (const screen of screens) expect(screenOf(pathOf(screen))).toEqual(screen);
});

test('an unknown address leads home', () => {
  for (const path of ['/tv', '/tv/', '/tv/nothing', '/tv/titles', '/tv/titles/', '/television'])
    expect(screenOf(path)).toEqual({ name: 'home' });
});
