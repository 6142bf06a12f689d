import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Drift } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { reconcile } from './reconcile';

export interface Run {
  /** Repairs differences instead of only listing them. */
  apply: boolean;
  state: 'running' | 'stopped' | 'failed' | 'done';
  checked: number;
  drift: Drift[];
  error: unknown;
  /** Where the next page starts. */
  cursor: string | null;
}

/** Compares all customers with Stripe page by page, and reports its progress. A run can be stopped and resumed. */
export function useReconcile() {
  const client = useQueryClient();
  const [run, setRun] = useState<Run | null>(null);
  const control = useRef<AbortController | null>(null);
  // Leaving the page stops the run.
  useEffect(() => () => control.current?.abort(), []);

  const go = async (from: Run) => {
    // One run at a time, even after a double click.
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
    if (now.apply) invalidate(client, ['member'], ['members'], ['audit'], ['metrics']);
  };

  return {
    run,
    start: (apply: boolean) => void go({ apply, state: 'running', checked: 0, drift: [], error: null, cursor: null }),
    resume: () => void (run && go(run)),
    stop: () => control.current?.abort(),
  };
}
