// The token of the signed-in session. docs/SECURITY.md tells why it lies in localStorage.
import { useSyncExternalStore } from 'react';

const KEY = 'marquee.token';

type Listener = () => void;
const listeners = new Set<Listener>();
let held = stored();
let isLost = false;

/** The token, or `null` for a stranger. */
export function token(): string | null {
  return held;
}

export function startSession(token: string): void {
  isLost = false;
  keep(token);
}

/** By the viewer's own wish. */
export function endSession(): void {
  isLost = false;
  keep(null);
}

/** The service refused it: it ended elsewhere, or long ago. */
export function loseSession(): void {
  isLost = true;
  keep(null);
}

/** Whether the last session of this page ended without its viewer's doing. */
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

/** Whose session it is; `null` for a stranger. */
export function accountId(): string | null {
  const { sub } = claimsOf(held ?? '');
  return typeof sub === 'string' ? sub : null;
}

function claimsOf(token: string): { iat?: unknown; sub?: unknown } {
  try {
    const [, payload = ''] = token.split('.');
    return JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as object;
  } catch {
    // No token of ours; the service will say so.
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

// Signing in or out in one tab does so in all of them.
if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (event.key !== KEY && event.key !== null) return;
    held = stored();
    for (const listener of listeners) listener();
  });
}
