import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

/** Whether there is a network, from the same source that queries use. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  );
}

let seenAt: number | null = null;

/** Notes when the viewer saw the lists that are shown because there was no network when the app started. */
export function showAsSeenAt(time: number | null): void {
  seenAt = time;
}

/** When the viewer saw the lists that are shown, as an ISO date; `null` if they are not old ones. */
export function seenBefore(): string | null {
  return seenAt === null ? null : new Date(seenAt).toISOString();
}
