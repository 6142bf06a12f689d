// What the player does when something fails and when a grant has to be renewed: a pure function of the state and an event.
// `use-engine.ts` acts on the phase and dispatches the resulting events.
import { ApiError, hasCode } from '@/lib/errors/api-error';
import type { Grant } from './grant';
import { TRIES_MAX, costOf, pauseAfter, pauseBefore } from './retry-policy';

/** Why playback has stopped. */
export interface StopReason {
  /** `taken`: another device has the stream now. `full`: several devices are playing, and one has to be stopped. */
  kind: 'taken' | 'full' | 'failed' | 'unsupported';
  error: unknown;
}

/** A step to resume playback: `ask` for a grant, `take` one back from another device, `load` its stream from the start, `restart`
 * loading where it stopped, `repair` the decoder. */
export type Step = 'ask' | 'take' | 'load' | 'restart' | 'repair';

export type Phase =
  | { name: 'idle' }
  | { name: 'doing'; step: Step }
  | { name: 'waiting'; step: Step; milliseconds: number }
  /** `renew_in` is set when a renewal failed in the background: milliseconds until the next try. */
  | { name: 'playing'; renew_in: number | null }
  | { name: 'stopped'; reason: StopReason };

export interface Engine {
  phase: Phase;
  grant: Grant | null;
  /** The failed attempts since playback last went well. */
  tries: number;
  /** How often a renewal failed in the background. */
  renewals: number;
}

/** A failure of the stream. */
export interface Failure {
  /** `refused`: the URL has expired, or its content is gone. `master`: the stream has to be loaded from the start. */
  kind: 'refused' | 'master' | 'network' | 'media' | 'unsupported';
  /** How many attempts it counts for, because hls.js repeats some requests itself. */
  cost: number;
  /** Whether enough is buffered to keep playing meanwhile. */
  plays_on: boolean;
}

export type EngineEvent =
  | { type: 'opened'; grant: Grant }
  | { type: 'closed' }
  /** The current step is done. */
  | { type: 'done' }
  | { type: 'waited' }
  | { type: 'failed'; failure: Failure }
  | { type: 'granted'; grant: Grant }
  | { type: 'denied'; error: unknown }
  /** A heartbeat was refused: another device has the stream. */
  | { type: 'taken'; error: unknown }
  /** Playback has gone well for a while. */
  | { type: 'recovered' }
  | { type: 'online' }
  /** The viewer pressed "Try again", or "Play here". */
  | { type: 'retried' }
  | { type: 'taken_back' };

export const IDLE: Engine = { phase: { name: 'idle' }, grant: null, tries: 0, renewals: 0 };

/** In milliseconds. A failed renewal in the background can wait: the old grant still plays. */
const RENEWAL_PAUSES = [5_000, 15_000, 60_000];

export function engine(state: Engine, event: EngineEvent): Engine {
  const { phase } = state;
  switch (event.type) {
    case 'opened':
      return { ...IDLE, grant: event.grant, phase: doing('load') };
    case 'closed':
      return IDLE;
    case 'done':
      return phase.name === 'doing' ? { ...state, phase: PLAYING } : state;
    case 'waited':
      return phase.name === 'waiting' ? { ...state, phase: doing(phase.step) } : state;
    case 'failed':
      return failed(state, event.failure);
    case 'granted':
      return phase.name === 'idle' || phase.name === 'stopped'
        ? state
        : { ...state, grant: event.grant, renewals: 0, phase: doing('load') };
    case 'denied':
      return phase.name === 'playing' ? renewalDenied(state, event.error) : denied(state, event.error);
    case 'taken':
      return phase.name === 'idle' ? state : stopped(state, { kind: 'taken', error: event.error });
    case 'recovered':
      return state.tries === 0 ? state : { ...state, tries: 0 };
    case 'online':
      return online(state);
    case 'retried':
      return again(state, 'ask');
    case 'taken_back':
      return again(state, 'take');
  }
}

/** Starts over at the viewer's request, with all attempts available. */
const again = (state: Engine, step: Step): Engine => (state.phase.name === 'stopped' ? { ...state, tries: 0, phase: doing(step) } : state);

const PLAYING: Phase = { name: 'playing', renew_in: null };

const doing = (step: Step): Phase => ({ name: 'doing', step });

const stopped = (state: Engine, reason: StopReason): Engine => ({ ...state, phase: { name: 'stopped', reason } });

/** Ignores failures during a pause or while a grant is requested, so that there is one attempt at a time. */
function failed(state: Engine, failure: Failure): Engine {
  const { phase } = state;
  const isLoading = phase.name === 'doing' && phase.step !== 'ask' && phase.step !== 'take';
  if (phase.name !== 'playing' && !isLoading) return state;
  if (failure.kind === 'unsupported') return stopped(state, { kind: 'unsupported', error: errorOf(failure) });

  const tries = failure.plays_on ? Math.min(state.tries + failure.cost, TRIES_MAX) : state.tries + failure.cost;
  if (tries > TRIES_MAX) return stopped({ ...state, tries }, { kind: 'failed', error: errorOf(failure) });
  const step = stepAfter(failure, isLoading, state.tries === 0);
  const isAtOnce = state.tries === 0 && (failure.kind === 'refused' || failure.kind === 'media');
  return { ...state, tries, phase: isAtOnce ? doing(step) : { name: 'waiting', step, milliseconds: pauseBefore(tries) } };
}

function stepAfter({ kind }: Failure, isLoading: boolean, isFirst: boolean): Step {
  switch (kind) {
    case 'refused':
      return 'ask';
    case 'media':
      return isFirst ? 'repair' : 'load';
    case 'network':
      return isLoading ? 'load' : 'restart';
    default:
      return 'load';
  }
}

/** A grant that is needed now was denied. */
function denied(state: Engine, error: unknown): Engine {
  const { phase } = state;
  if (phase.name !== 'doing') return state;
  if (hasCode(error, 'STREAM_LIMIT_REACHED')) return stopped(state, { kind: phase.step === 'take' ? 'full' : 'taken', error });
  const cost = costOf(error);
  const tries = state.tries + (cost ?? 0);
  if (cost === null || tries > TRIES_MAX) return stopped(state, { kind: 'failed', error });
  return { ...state, tries, phase: { name: 'waiting', step: phase.step, milliseconds: pauseAfter(error, tries) } };
}

/** A renewal in the background was denied: the film plays on as long as the old grant is valid. */
function renewalDenied(state: Engine, error: unknown): Engine {
  if (hasCode(error, 'STREAM_LIMIT_REACHED')) return stopped(state, { kind: 'taken', error });
  if (costOf(error) === null && !hasCode(error, 'RATE_LIMITED')) return stopped(state, { kind: 'failed', error });
  const pause = RENEWAL_PAUSES[Math.min(state.renewals, RENEWAL_PAUSES.length - 1)] ?? 0;
  return { ...state, renewals: state.renewals + 1, phase: { name: 'playing', renew_in: Math.max(pause, pauseAfter(error, 1)) } };
}

/** The network is back, so there is no need to wait. */
function online(state: Engine): Engine {
  const { phase } = state;
  if (phase.name === 'waiting') return { ...state, phase: doing(phase.step) };
  if (phase.name === 'stopped' && hasCode(phase.reason.error, 'UNREACHABLE')) return again(state, 'ask');
  return state;
}

function errorOf({ kind }: Failure): ApiError {
  return kind === 'network' || kind === 'master'
    ? new ApiError('UNREACHABLE', 'The stream stopped.')
    : new ApiError('VIDEO_PROVIDER_UNAVAILABLE', 'The stream cannot be played.');
}
