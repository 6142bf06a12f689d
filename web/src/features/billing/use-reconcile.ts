import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Drift } from '@/lib/models';
import { reconcile } from './reconcile';

export interface Run {
  /** Whether it repairs what it finds. */
  apply: boolean;
  state: 'running' | 'stopped' | 'failed' | 'done';
  checked: number;
  drift: Drift[];
  error: unknown;
  /** Where it goes on. */
  cursor: string | null;
}

/** Compares all customers with Stripe, page after page, and tells how far it is; it can be stopped and gone on with. */
export function useReconcile() {
  const client = useQueryClient();
  const [run, setRun] = useState<Run | null>(null);
  const control = useRef<AbortController | null>(null);
  // Who leaves the page stops it.
  useEffect(() => () => control.current?.abort(), []);

  const go = async (from: Run) => {
    // One at a time, whoever presses twice.
    if (control.current) return;
    const own = new AbortController();
    control.current = own;
    let now: Run = { ...from, state: 'running', error: null };
    setRun(now);
    try {
      do {
        const { checked, drift, next_cursor } = await reconcile(now.apply, now.cursor, own.signal);
        now = { ...now, checked: now.checked + checked, drift: [...now.drift, ...drift], cursor: next_cursor ?? null };
        setRun(now);
      } while (now.cursor !== null);
      now = { ...now, state: 'done' };
    } catch (error) {
      now = own.signal.aborted ? { ...now, state: 'stopped' } : { ...now, state: 'failed', error };
    } finally {
      control.current = null;
    }
    setRun(now);
    if (now.apply) for (const queryKey of [['member'], ['members'], ['audit'], ['metrics']]) void client.invalidateQueries({ queryKey });
  };

  return {
    run,
    start: (apply: boolean) => void go({ apply, state: 'running', checked: 0, drift: [], error: null, cursor: null }),
    goOn: () => void (run && go(run)),
    stop: () => control.current?.abort(),
  };
}
