// Where somebody was going who asked for a new password. The mailed link may open in another tab, and knows nothing of it.
const KEY = 'marquee.reset';
/** Milliseconds. Nobody follows an older link. */
const KEPT_FOR = 3_600_000;

interface Asked {
  email: string;
  next: string;
  at: number;
}

export function rememberReset(email: string, next: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ email, next, at: Date.now() } satisfies Asked));
  } catch {
    // They find their way from the start page.
  }
}

/** What was remembered, and forgets it. */
export function takeReset(): { email: string; next: string } | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Asked | null;
    localStorage.removeItem(KEY);
    return kept && Date.now() - kept.at < KEPT_FOR ? kept : null;
  } catch {
    return null;
  }
}
