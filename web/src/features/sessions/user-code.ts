const CODE_PATTERN = /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/;
const HALF = 4;

/** The code in what somebody typed: in any case, with spaces and dashes. `null` if it cannot be one. */
export function readUserCode(typed: string): string | null {
  const code = bare(typed);
  return CODE_PATTERN.test(code) ? code : null;
}

/** Whether it is as long as a code: if it cannot be one, a letter is wrong rather than missing. */
export const isWholeCode = (typed: string): boolean => bare(typed).length === 2 * HALF;

const bare = (typed: string): string => typed.replace(/[\s\u002d\u2010-\u2015]/g, '').toUpperCase();

/** A code as devices show it. */
export function showUserCode(code: string): string {
  return `${code.slice(0, HALF)}-${code.slice(HALF)}`;
}
