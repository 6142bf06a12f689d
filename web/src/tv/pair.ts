// Signs the television in with a code (RFC 8628): the viewer approves the code on another device while this one polls.
import { api, data } from '@/lib/api';
import { ApiError, hasCode } from '@/lib/errors/api-error';
import type { SignIn } from '@/lib/models';
import { ownName } from './own-name';

export interface Codes {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

/** `isOffline`: the service has not responded lately. */
export type Pairing =
  { name: 'starting'; isOffline: boolean } | { name: 'waiting'; codes: Codes; isOffline: boolean } | { name: 'refused' } | { name: 'idle' };

/** After so many codes in a row, the next one has to be asked for: nobody is watching the screen. */
const CODES_MAX = 6;
/** RFC 8628 §3.5: by how many seconds the pace slows down. */
const SLOWER = 5;
/** The pause after a failed request, in seconds. It doubles up to the maximum. */
const PAUSE = 2;
const PAUSE_MAX = 30;

export interface PairingClient {
  start: () => Promise<Codes>;
  poll: (device_code: string) => Promise<SignIn>;
  /** Throws when the pairing is given up. */
  sleep: (seconds: number) => Promise<void>;
  /** Seconds since any moment, by a clock that nobody sets. */
  now: () => number;
}

/**
 * Asks for codes until one is approved. Returns `null` if the viewer refuses, or if nobody comes. Time is measured by a clock that
 * nobody sets, because a television's clock may be a day off, or be set while the code is shown.
 */
export async function pair(means: PairingClient, show: (pairing: Pairing) => void): Promise<SignIn | null> {
  for (let number = 0; number < CODES_MAX; number += 1) {
    const signedIn = await waitFor(await startUntilAnswered(means, show), means, show);
    if (signedIn === 'refused') {
      show({ name: 'refused' });
      return null;
    }
    if (signedIn !== 'expired') return signedIn;
  }
  show({ name: 'idle' });
  return null;
}

async function startUntilAnswered({ start, sleep }: PairingClient, show: (pairing: Pairing) => void): Promise<Codes> {
  show({ name: 'starting', isOffline: false });
  for (let pause = PAUSE; ; pause = Math.min(2 * pause, PAUSE_MAX)) {
    try {
      return await start();
    } catch (error) {
      show({ name: 'starting', isOffline: true });
      await sleep(pauseAfter(error, pause));
    }
  }
}

async function waitFor(
  codes: Codes,
  { poll, sleep, now }: PairingClient,
  show: (pairing: Pairing) => void,
): Promise<SignIn | 'refused' | 'expired'> {
  const until = now() + codes.expires_in;
  let { interval } = codes;
  let pause = PAUSE;
  show({ name: 'waiting', codes, isOffline: false });
  await sleep(interval);
  while (now() < until) {
    let wait = interval;
    try {
      return await poll(codes.device_code);
    } catch (error) {
      if (hasCode(error, 'ACCESS_DENIED')) return 'refused';
      if (hasCode(error, 'EXPIRED_TOKEN')) return 'expired';
      const isAnswered = hasCode(error, 'AUTHORIZATION_PENDING', 'SLOW_DOWN');
      if (hasCode(error, 'SLOW_DOWN')) interval += SLOWER;
      // RFC 8628 §3.5: after a failure the pace slows down too.
      wait = isAnswered ? interval : Math.max(interval, pauseAfter(error, pause));
      pause = isAnswered ? PAUSE : Math.min(2 * pause, PAUSE_MAX);
      show({ name: 'waiting', codes, isOffline: !isAnswered });
    }
    await sleep(wait);
  }
  return 'expired';
}

function pauseAfter(error: unknown, pause: number): number {
  return error instanceof ApiError ? Math.max(pause, error.retry_after_seconds ?? 0) : pause;
}

/** The same with the real service and time, until `signal` gives it up. */
export function pairHere(signal: AbortSignal, show: (pairing: Pairing) => void): Promise<SignIn | null> {
  const means: PairingClient = {
    start: () => data(api.POST('/api/auth/device/code', { body: { device_name: ownName() }, signal })),
    poll: (device_code) => data(api.POST('/api/auth/device/token', { body: { device_code }, signal })),
    sleep: (seconds) =>
      new Promise((resolve, reject) => {
        const giveUp = () => reject(new Error('The pairing was given up'));
        if (signal.aborted) giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
        setTimeout(resolve, 1000 * seconds);
      }),
    now: () => performance.now() / 1000,
  };
  return pair(means, (pairing) => !signal.aborted && show(pairing));
}
