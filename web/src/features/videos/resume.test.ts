import { expect, test } from 'vitest';
import { isToResume } from './resume';

test.each([
  ['hardly begun', { progress: 1.4, completed: false, duration: 30 }, false],
  ['5 % of a short film', { progress: 1.5, completed: false, duration: 30 }, true],
  ['not yet two minutes of a long film', { progress: 119.9, completed: false, duration: 7200 }, false],
  ['two minutes of a long film', { progress: 120, completed: false, duration: 7200 }, true],
  ['two minutes of a film whose length nobody knows', { progress: 120, completed: false, duration: null }, true],
  ['one second of such a film', { progress: 1, completed: false, duration: null }, false],
  ['never begun', { progress: 0, completed: false, duration: null }, false],
  ['watched to its end', { progress: 20, completed: true, duration: 30 }, false],
] as const)('what is to be resumed: %s', (_, video, expected) => {
  expect(isToResume(video)).toBe(expected);
});
