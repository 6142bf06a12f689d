// Actions that move money or change access need a recent sign-in. A request that was refused for that reason waits here until the
// operator has entered their password or has cancelled.
import { useSyncExternalStore } from 'react';

let answer: ((isConfirmed: boolean) => void) | null = null;
let asked: Promise<boolean> | null = null;
const listeners = new Set<() => void>();

/** Asks for the password once, however many requests wait. Returns whether it was entered. */
export function passwordConfirmed(): Promise<boolean> {
  asked ??= new Promise<boolean>((resolve) => {
    answer = resolve;
    for (const listener of listeners) listener();
  }).finally(() => {
    asked = null;
  });
  return asked;
}

/** Lets the waiting requests continue, or fail. */
export function answerPassword(isConfirmed: boolean): void {
  answer?.(isConfirmed);
  answer = null;
  for (const listener of listeners) listener();
}

/** Whether the dialog is open. */
export function useIsPasswordDialogOpen(): boolean {
  return useSyncExternalStore(subscribe, () => answer !== null);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
