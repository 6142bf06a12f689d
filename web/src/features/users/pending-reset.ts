// Remembers where to go after a password reset. The mailed link may open in another tab and does not contain it.
const KEY = 'marquee.reset';
/** In milliseconds. Older links have expired. */
const LIFETIME = 3_600_000;

interface PendingReset {
  email: string;
  next: string;
  at: number;
}

export function rememberReset(email: string, next: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ email, next, at: Date.now() } satisfies PendingReset));
  } catch {
    // Without storage the reset leads to the home page.
  }
}

/** Returns the remembered value and removes it. */
export function takeReset(): { email: string; next: string } | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as PendingReset | null;
    localStorage.removeItem(KEY);
    return kept && Date.now() - kept.at < LIFETIME ? kept : null;
  } catch {
    return null;
  }
}
