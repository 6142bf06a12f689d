// The age limit of the session's profile. A profile that has one is a kids profile: pages show it less, and lists are requested for
// its age. The service has the final say; this copy on the device is for pages that cannot wait for its answer.
import { useSyncExternalStore } from 'react';
import { isInFurtherProfile, subscribeToSession, viewerId } from './session';
import { storedText } from './stored';

const copy = storedText('marquee.age-limit');

/** The limit; `null` if the profile has none, `undefined` if this device does not know. The account's first profile seldom has one. */
export function ageLimit(): number | null | undefined {
  const viewer = viewerId();
  if (viewer === null) return null;
  const [of, limit] = copy.get()?.split(' ') ?? [];
  if (of === viewer) return limit ? Number(limit) : null;
  return isInFurtherProfile() ? undefined : null;
}

/** Whether the session's profile is a child's. One that is not known yet counts as a child's. */
export const isKids = (): boolean => ageLimit() !== null;

export function useIsKids(): boolean {
  return useSyncExternalStore(subscribe, isKids);
}

/** Stores the limit that the service returned for a viewer, if the session still belongs to that viewer. */
export function noteAgeLimit(viewer: string | null, age_limit: number | null): void {
  if (viewer !== null && viewer === viewerId()) copy.set(`${viewer} ${age_limit ?? ''}`);
}

/** Removes it, for the next person at this browser. */
export const forgetAgeLimit = (): void => copy.set(null);

/** Calls `listener` when the limit may have changed. Returns a function that stops this. */
export function subscribe(listener: () => void): () => void {
  const stops = [copy.subscribe(listener), subscribeToSession(listener)];
  return () => stops.forEach((stop) => stop());
}
