import { expect, it } from 'vitest';
import { AVATARS } from './avatars';

it('draws every picture with different parts, on its own background', () => {
  const drawn = Object.values(AVATARS);
  expect(drawn).toHaveLength(12);
  expect(new Set(drawn.map(({ ground }) => ground)).size).toBe(12);
  for (const { parts } of drawn) expect(new Set(parts.map(({ d }) => d)).size).toBe(parts.length);
});
