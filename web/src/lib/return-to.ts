/** The pages for signing in and up. */
export type AuthPage = '/sign-in' | '/register' | '/forgot-password' | '/reset-password';

const AUTH_PAGES: readonly string[] = ['/sign-in', '/register', '/forgot-password', '/reset-password'] satisfies AuthPage[];

const PROFILES = '/profiles';

/** Where to go after signing in or choosing a profile: always a path of this app, whatever the URL contains. */
export function returnTo(search: string): string {
  return ownPath(new URLSearchParams(search).get('next')) ?? '/';
}

/**
 * The path within this app that a text names, as normalized by the browser; null for anything else. A path with two leading slashes
 * is another site's URL, however they are written: with dots or control characters between them, as backslashes, or encoded.
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
    // Normalized as browsers do: no tabs or line breaks, backslashes as slashes, no empty segments.
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
      // A path that cannot be decoded is not ours.
      return decoded === path;
    }
  }
}

/** The URL of the page that asks who is watching, as opened from a page: it returns there, or to where a sign-in page would have led. */
export function profilesPath({ pathname, search }: { pathname: string; search: string }): string {
  const isOnTheWay = isAuthPage(pathname) || pathname.startsWith(PROFILES);
  const path = isOnTheWay ? returnTo(search) : pathname + search;
  return path === '/' ? PROFILES : `${PROFILES}?next=${encodeURIComponent(path)}`;
}

/** The URL of the sign-in page that returns to `path`. */
export function signInPath(path: string, page: AuthPage = '/sign-in'): string {
  return path === '/' ? page : `${page}?next=${encodeURIComponent(path)}`;
}

export function isAuthPage(path: string): path is AuthPage {
  return AUTH_PAGES.includes(path);
}

/** The URL of a sign-in or sign-up page as linked from a page: it returns to that page, or keeps the return path of another such page. */
export function authPathFrom({ pathname, search }: { pathname: string; search: string }, page: AuthPage): string {
  return signInPath(isAuthPage(pathname) ? returnTo(search) : pathname + search, page);
}
