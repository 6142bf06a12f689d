const CODE_PATTERN = /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/;
const HALF = 4;

/** The code in what somebody typed: in any case, with spaces and dashes. `null` if it cannot be one. */
export function readUserCode(typed: string): string | null {
  const code = typed.replace(/[\s\u002d\u2010-\u2015]/g, '').toUpperCase();
  return CODE_PATTERN.test(code) ? code : null;
}

/** A code as devices show it. */
export function showUserCode(code: string): string {
  return `${code.slice(0, HALF)}-${code.slice(HALF)}`;
}
