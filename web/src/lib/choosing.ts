// Whether a profile must be chosen before anything else is shown: after signing in to an account with several profiles, and
// when the session's profile was deleted. All tabs ask until one is chosen, even after a reload.
import { useSyncExternalStore } from 'react';
import { storedText } from './stored';

const choosing = storedText('marquee.choosing');

export const isChoosing = (): boolean => choosing.get() !== null;

export function setChoosing(isNeeded: boolean): void {
  choosing.set(isNeeded ? '1' : null);
}

export function useIsChoosing(): boolean {
  return useSyncExternalStore(choosing.subscribe, isChoosing);
}
