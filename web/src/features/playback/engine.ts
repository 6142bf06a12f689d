// What the player does when something fails, and when a grant wants to be renewed: a pure function of what was and what came.
// `use-engine.ts` does what a phase says, and tells what comes of it.
import { ApiError, hasCode } from '@/lib/errors/api-error';
import type { Grant } from './grant';
import { TRIES_MAX, costOf, pauseAfter, pauseBefore } from './patience';

/** Why it does not go on. */
export interface Trouble {
  /** `taken`: the stream is another device's now. `full`: so are several, of which one has to be stopped. */
  kind: 'taken' | 'full' | 'failed' | 'unsupported';
  error: unknown;
}

/** What is done to go on: `ask` for a grant, `take` one back from another device, `load` its stream from the top, `restart`
 * loading where it stopped, `repair` the decoder. */
export type Step = 'ask' | 'take' | 'load' | 'restart' | 'repair';

export type Phase =
  | { name: 'idle' }
  | { name: 'doing'; step: Step }
  | { name: 'waiting'; step: Step; milliseconds: number }
  /** `renew_in` is set when a renewal failed in the background: milliseconds until the next try. */
  | { name: 'playing'; renew_in: number | null }
  | { name: 'stopped'; trouble: Trouble };

export interface Engine {
  phase: Phase;
  grant: Grant | null;
  /** How much patience was spent since it last played well. */
  tries: number;
  /** How often a renewal failed in the background. */
  renewals: number;
}

/** What failed of the stream. */
export interface Failure {
  /** `refused`: the address has expired, or what it names is gone. `master`: the stream has to be loaded from the top. */
  kind: 'refused' | 'master' | 'network' | 'media' | 'unsupported';
  /** How many tries it counts for: hls.js repeats some requests itself. */
  cost: number;
  /** Enough is loaded for the picture to go on meanwhile. */
  plays_on: boolean;
}

export type EngineEvent =
  | { type: 'opened'; grant: Grant }
  | { type: 'closed' }
  /** The step that was under way is done. */
  | { type: 'done' }
  | { type: 'waited' }
  | { type: 'failed'; failure: Failure }
  | { type: 'granted'; grant: Grant }
  | { type: 'denied'; error: unknown }
  /** A heartbeat was refused: the stream is another device's. */
  | { type: 'taken'; error: unknown }
  /** It has played well for a while. */
  | { type: 'recovered' }
  | { type: 'online' }
  /** The viewer pressed "Try again", or "Play here". */
  | { type: 'retried' }
  | { type: 'taken_back' };

export const IDLE: Engine = { phase: { name: 'idle' }, grant: null, tries: 0, renewals: 0 };

/** Milliseconds. A renewal that fails in the background has time: the old grant still plays. */
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

/** With fresh patience, as the viewer wishes. */
const again = (state: Engine, step: Step): Engine => (state.phase.name === 'stopped' ? { ...state, tries: 0, phase: doing(step) } : state);

const PLAYING: Phase = { name: 'playing', renew_in: null };

const doing = (step: Step): Phase => ({ name: 'doing', step });

const stopped = (state: Engine, trouble: Trouble): Engine => ({ ...state, phase: { name: 'stopped', trouble } });

/** One attempt at a time: what fails while one waits, or while a grant is asked for, is old news. */
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

/** A grant that is needed now was not given. */
function denied(state: Engine, error: unknown): Engine {
  const { phase } = state;
  if (phase.name !== 'doing') return state;
  if (hasCode(error, 'STREAM_LIMIT_REACHED')) return stopped(state, { kind: phase.step === 'take' ? 'full' : 'taken', error });
  const cost = costOf(error);
  const tries = state.tries + (cost ?? 0);
  if (cost === null || tries > TRIES_MAX) return stopped(state, { kind: 'failed', error });
  return { ...state, tries, phase: { name: 'waiting', step: phase.step, milliseconds: pauseAfter(error, tries) } };
}

/** A grant was not renewed in the background: the film plays on as long as the old one does. */
function renewalDenied(state: Engine, error: unknown): Engine {
  if (hasCode(error, 'STREAM_LIMIT_REACHED')) return stopped(state, { kind: 'taken', error });
  if (costOf(error) === null && !hasCode(error, 'RATE_LIMITED')) return stopped(state, { kind: 'failed', error });
  const pause = RENEWAL_PAUSES[Math.min(state.renewals, RENEWAL_PAUSES.length - 1)] ?? 0;
  return { ...state, renewals: state.renewals + 1, phase: { name: 'playing', renew_in: Math.max(pause, pauseAfter(error, 1)) } };
}

/** The network is back: no reason to wait any longer. */
function online(state: Engine): Engine {
  const { phase } = state;
  if (phase.name === 'waiting') return { ...state, phase: doing(phase.step) };
  if (phase.name === 'stopped' && hasCode(phase.trouble.error, 'UNREACHABLE')) return again(state, 'ask');
  return state;
}

function errorOf({ kind }: Failure): ApiError {
  return kind === 'network' || kind === 'master'
    ? new ApiError('UNREACHABLE', 'The stream stopped.')
    : new ApiError('VIDEO_PROVIDER_UNAVAILABLE', 'The stream cannot be played.');
}
