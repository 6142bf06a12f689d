/** The pages by which somebody comes in. */
export type Door = '/sign-in' | '/register' | '/forgot-password' | '/reset-password';

const DOORS: readonly string[] = ['/sign-in', '/register', '/forgot-password', '/reset-password'] satisfies Door[];

/** Where to go after signing in: a path of this app, whatever the address says. */
export function returnTo(search: string): string {
  return ownPath(new URLSearchParams(search).get('next')) ?? '/';
}

/**
 * The path within this app that a text names, in the browser's own normal form; null for anything else. A path that starts with two
 * slashes is another site's address, however they are written: with dots or control characters between, backslashes, or encoded.
 */
export function ownPath(wanted: string | null): string | null {
  if (!wanted?.startsWith('/')) return null;
  const home = 'http://app.invalid';
  if (!URL.canParse(wanted, home)) return null;
  const url = new URL(wanted, home);
  if (url.origin !== home || startsWithTwoSlashes(url.pathname)) return null;
  return url.pathname + url.search + url.hash;
}

function startsWithTwoSlashes(path: string): boolean {
  let decoded = path;
  for (;;) {
    // Written as a browser reads it: no tabs or line breaks, backslashes as slashes, no empty steps.
    const read = decoded
      .replace(/[\s\p{Cc}]/gu, '')
      .replaceAll('\\', '/')
      .replace(/^\/(\.{1,2}\/)+/, '/');
    if (read.startsWith('//')) return true;
    try {
      const further = decodeURIComponent(decoded);
      if (further === decoded) return false;
      decoded = further;
    } catch {
      // What cannot be decoded at all is no path of ours.
      return decoded === path;
    }
  }
}

/** The sign-in that comes back to `path`. */
export function signInPath(path: string, page: Door = '/sign-in'): string {
  return path === '/' ? page : `${page}?next=${encodeURIComponent(path)}`;
}

export function isDoor(path: string): path is Door {
  return DOORS.includes(path);
}

/** A door as seen from a page: it leads back to that page, or from another door on to where that one leads. */
export function doorFrom({ pathname, search }: { pathname: string; search: string }, page: Door): string {
  return signInPath(isDoor(pathname) ? returnTo(search) : pathname + search, page);
}
