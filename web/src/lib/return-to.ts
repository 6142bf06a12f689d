/** Where to go after signing in: a path of this app, whatever the address says. */
export function returnTo(search: string): string {
  const wanted = new URLSearchParams(search).get('next') ?? '/';
  if (!wanted.startsWith('/')) return '/';
  const url = new URL(wanted, 'http://app.invalid');
  return url.host === 'app.invalid' ? url.pathname + url.search + url.hash : '/';
}

/** The sign-in that comes back to `path`. */
export function signInPath(path: string, page: '/sign-in' | '/register' = '/sign-in'): string {
  return path === '/' ? page : `${page}?next=${encodeURIComponent(path)}`;
}
