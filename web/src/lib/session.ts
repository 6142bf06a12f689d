// The token of the current session. docs/SECURITY.md explains why it is in localStorage.
import { useSyncExternalStore } from 'react';

const KEY = 'marquee.token';

type Listener = () => void;
const listeners = new Set<Listener>();
let held = stored();
let isLost = false;

/** The token; `null` if nobody is signed in. */
export function token(): string | null {
  return held;
}

export function startSession(token: string): void {
  isLost = false;
  keep(token);
}

/** Ends the session because the viewer signs out. */
export function endSession(): void {
  isLost = false;
  keep(null);
}

/** Ends the session because the service refused its token: it was ended elsewhere or has expired. */
export function loseSession(): void {
  isLost = true;
  keep(null);
}

/** Whether the last session on this page was lost rather than signed out. */
export function wasSessionLost(): boolean {
  return isLost;
}

/** Whether somebody is signed in, as far as this browser knows. */
export function useIsSignedIn(): boolean {
  return useSyncExternalStore(subscribeToSession, () => held !== null);
}

export function subscribeToSession(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** When the token was issued, in milliseconds; `null` if it does not say. */
export function issuedAt(token: string): number | null {
  const { iat } = claimsOf(token);
  return typeof iat === 'number' ? iat * 1000 : null;
}

/** The session's user id; `null` if nobody is signed in. */
export function accountId(): string | null {
  const { sub } = claimsOf(held ?? '');
  return typeof sub === 'string' ? sub : null;
}

function claimsOf(token: string): { iat?: unknown; sub?: unknown } {
  try {
    const [, payload = ''] = token.split('.');
    return JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as object;
  } catch {
    // Not our token. The service will refuse it.
    return {};
  }
}

function keep(token: string | null) {
  if (token === held) return;
  held = token;
  try {
    if (token === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, token);
  } catch {
    // Without storage the session lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

// Signing in or out in one tab applies to all tabs.
if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (event.key !== KEY && event.key !== null) return;
    held = stored();
    for (const listener of listeners) listener();
  });
}
