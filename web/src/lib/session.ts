// The token of the current session. docs/SECURITY.md explains why it is in localStorage.
import { useSyncExternalStore } from 'react';
import { storedText } from './stored';

/** Between the ids of an account and of its profile. */
const PROFILE_MARK = '#';

const kept = storedText('marquee.token');
let isLost = false;
let viewer = viewerOf(kept.get());
let switches = 0;

/** The token; `null` if nobody is signed in. Signing in or out in one tab applies to all tabs. */
export const token = kept.get;

/** Calls `listener` when the token has changed. Returns a function that stops this. */
export const subscribeToSession = kept.subscribe;

subscribeToSession(() => {
  const last = viewer;
  viewer = viewerId();
  if (last !== null && viewer !== null && last !== viewer) switches += 1;
});

export function startSession(token: string): void {
  isLost = false;
  kept.set(token);
}

/** Ends the session because the viewer signs out. */
export function endSession(): void {
  isLost = false;
  kept.set(null);
}

/** Ends the session because the service refused its token: it was ended elsewhere or has expired. */
export function loseSession(): void {
  isLost = true;
  kept.set(null);
}

/** Whether the last session on this page was lost rather than signed out. */
export function wasSessionLost(): boolean {
  return isLost;
}

/** Whether somebody is signed in, as far as this browser knows. */
export function useIsSignedIn(): boolean {
  return useSyncExternalStore(subscribeToSession, () => token() !== null);
}

/** When the token was issued, in milliseconds; `null` if it does not say. */
export function issuedAt(token: string): number | null {
  const { iat } = claimsOf(token);
  return typeof iat === 'number' ? iat * 1000 : null;
}

/** The viewer whose data the session sees: `viewerOf` its token. This browser stores a viewer's data under this name. */
export function viewerId(): string | null {
  return viewerOf(token());
}

/** Whose token it is; `null` without a token. */
export function viewerOf(token: string | null): string | null {
  const { sub, profile } = claimsOf(token ?? '');
  if (typeof sub !== 'string') return null;
  return viewerName(sub, typeof profile === 'string' ? profile : sub);
}

/** The name of a profile's viewer. That of an account's first profile is the account's id, which is the profile's too. */
export function viewerName(account: string, profile: string): string {
  return profile === account ? account : `${account}${PROFILE_MARK}${profile}`;
}

/** Whether the session is in another profile than the account's first. */
export function isInFurtherProfile(): boolean {
  return viewerId()?.includes(PROFILE_MARK) ?? false;
}

/** How often one viewer has directly followed another. When it changes, pages are rendered again, without the last viewer's data. */
export function useSwitches(): number {
  return useSyncExternalStore(subscribeToSession, () => switches);
}

function claimsOf(token: string): { iat?: unknown; sub?: unknown; profile?: unknown } {
  try {
    const [, payload = ''] = token.split('.');
    return JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as object;
  } catch {
    // Not our token. The service will refuse it.
    return {};
  }
}
