import { expect, test } from 'vitest';
import { isWholeCode, readUserCode, showUserCode } from './user-code';

test('a code is read in any case, with spaces and dashes', () => {
  for (const typed of ['BCDFGHJK', 'bcdf-ghjk', ' bcdf ghjk ', 'BCDF–GHJK', 'b c d f g h j k'])
    expect(readUserCode(typed)).toBe('BCDFGHJK');
});

test('anything else is not a code', () => {
  for (const typed of ['', 'BCDFGHJ', 'BCDFGHJKL', 'ABCDFGHJ', 'BCDFGHJ1', 'BCDF_GHJK']) expect(readUserCode(typed)).toBeNull();
});

test('a code is shown in two halves', () => {
  expect(showUserCode('BCDFGHJK')).toBe('BCDF-GHJK');
});

test('eight letters are a whole code even if no device could show them', () => {
  for (const typed of ['ABCDFGHJ', 'abcd-efgh']) expect(isWholeCode(typed)).toBe(true);
  for (const typed of ['', 'ABCDFGH', 'BCDF-GHJKL']) expect(isWholeCode(typed)).toBe(false);
});
