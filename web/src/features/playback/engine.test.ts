import { describe, expect, it } from 'vitest';
import { ApiError } from '@/lib/errors/api-error';
import type { ErrorCode } from '@/lib/errors/api-error';
import { IDLE, engine } from './engine';
import type { Engine, EngineEvent, Failure } from './engine';
import type { Grant } from './grant';

const grant = { playback_url: 'https://stream/1' } as Grant;
const other = { playback_url: 'https://stream/2' } as Grant;
const error = (code: ErrorCode, retry_after_seconds: number | null = null) => new ApiError(code, '', { retry_after_seconds });
const failed = (kind: Failure['kind'], more: Partial<Failure> = {}): EngineEvent => ({
  type: 'failed',
  failure: { kind, cost: 1, plays_on: false, ...more },
});
const after = (state: Engine, ...events: EngineEvent[]) => events.reduce(engine, state);
const opened = engine(IDLE, { type: 'opened', grant });
const playing = after(opened, { type: 'done' });

/** Repeats the same event until the engine stops. Returns the pauses in between, in seconds. */
function untilStopped(state: Engine, event: EngineEvent): { pauses: number[]; end: Engine } {
  const pauses: number[] = [];
  for (let times = 0; times < 50 && state.phase.name !== 'stopped'; times += 1) {
    state = engine(state, event);
    if (state.phase.name !== 'waiting') continue;
    pauses.push(state.phase.milliseconds / 1000);
    state = engine(state, { type: 'waited' });
  }
  return { pauses, end: state };
}

describe('engine', () => {
  it('loads the granted stream and plays it', () => {
    expect(opened.phase).toEqual({ name: 'doing', step: 'load' });
    expect(playing.phase).toEqual({ name: 'playing', renew_in: null });
  });

  it('reloads a failed master playlist with growing pauses, and then stops with an error', () => {
    const { pauses, end } = untilStopped(opened, failed('master'));
    expect(pauses).toEqual([1, 2, 4, 8, 8, 8]);
    expect(end.phase).toMatchObject({ name: 'stopped', reason: { kind: 'failed', error: { code: 'UNREACHABLE' } } });
    expect(engine(end, { type: 'retried' })).toMatchObject({ tries: 0, phase: { name: 'doing', step: 'ask' } });
  });

  it('makes one attempt at a time', () => {
    const waiting = after(opened, failed('master'));
    for (const event of [failed('master'), failed('network'), { type: 'done' } as const]) expect(engine(waiting, event)).toBe(waiting);
    const asking = after(playing, failed('refused'));
    expect(asking.phase).toEqual({ name: 'doing', step: 'ask' });
    expect(engine(asking, failed('network'))).toBe(asking);
  });

  it('restarts a stream that stopped, or reloads it if it was still loading', () => {
    expect(after(playing, failed('network')).phase).toMatchObject({ name: 'waiting', step: 'restart' });
    expect(after(opened, failed('network')).phase).toMatchObject({ name: 'waiting', step: 'load' });
  });

  it('requests a grant when a URL is refused, immediately the first time, and a limited number of times', () => {
    const renewed = after(playing, failed('refused'), { type: 'granted', grant: other });
    expect(renewed).toMatchObject({ grant: other, phase: { name: 'doing', step: 'load' } });
    let state = renewed;
    let grants = 1;
    for (let times = 0; times < 20 && state.phase.name !== 'stopped'; times += 1) {
      state = after(state, { type: 'done' }, failed('refused'), { type: 'waited' });
      if (state.phase.name !== 'doing') continue;
      grants += 1;
      state = engine(state, { type: 'granted', grant });
    }
    expect(state.phase.name).toBe('stopped');
    expect(grants).toBe(6);
  });

  it('shows no error while the buffered part plays', () => {
    let state = playing;
    for (let times = 0; times < 50; times += 1)
      state = after(state, failed('network', { plays_on: true, cost: 7 }), { type: 'waited' }, { type: 'done' });
    expect(state.phase.name).toBe('playing');
    expect(after(state, failed('network')).phase.name).toBe('stopped');
  });

  it('resets the retries after it has played well', () => {
    const tired = after(
      playing,
      failed('network'),
      { type: 'waited' },
      { type: 'done' },
      failed('network'),
      { type: 'waited' },
      { type: 'done' },
    );
    expect(tired.tries).toBe(2);
    expect(after(tired, { type: 'recovered' }).tries).toBe(0);
  });

  it('repairs the decoder once, then reloads', () => {
    const repairing = after(playing, failed('media'));
    expect(repairing.phase).toEqual({ name: 'doing', step: 'repair' });
    expect(after(repairing, { type: 'done' }, failed('media')).phase).toMatchObject({ name: 'waiting', step: 'load' });
  });

  it('stops at once on errors that a retry cannot solve', () => {
    expect(after(opened, failed('unsupported')).phase).toMatchObject({ name: 'stopped', reason: { kind: 'unsupported' } });
    const asking = after(playing, failed('refused'));
    for (const code of ['SUBSCRIPTION_EXPIRED', 'NOT_FOUND', 'RATE_LIMITED'] as const) {
      expect(engine(asking, { type: 'denied', error: error(code) }).phase).toMatchObject({
        name: 'stopped',
        reason: { kind: 'failed', error: { code } },
      });
    }
  });

  it('waits as long as a busy service asks for', () => {
    const asking = after(playing, failed('refused'));
    expect(engine(asking, { type: 'denied', error: error('RATE_LIMITED', 9) }).phase).toEqual({
      name: 'waiting',
      step: 'ask',
      milliseconds: 9000,
    });
  });

  it('keeps playing when a renewal fails, and retries with growing pauses', () => {
    let state = playing;
    const pauses: (number | null)[] = [];
    for (let times = 0; times < 5; times += 1) {
      state = engine(state, { type: 'denied', error: error('UNAVAILABLE') });
      if (state.phase.name === 'playing') pauses.push(state.phase.renew_in);
    }
    expect(pauses).toEqual([5_000, 15_000, 60_000, 60_000, 60_000]);
    expect(engine(state, { type: 'granted', grant: other })).toMatchObject({
      renewals: 0,
      grant: other,
      phase: { name: 'doing', step: 'load' },
    });
    expect(engine(playing, { type: 'denied', error: error('SUBSCRIPTION_EXPIRED') }).phase.name).toBe('stopped');
  });

  it('distinguishes a stream that another device took from a plan without free streams', () => {
    const limit = error('STREAM_LIMIT_REACHED');
    const taken = engine(playing, { type: 'taken', error: limit });
    expect(taken.phase).toMatchObject({ name: 'stopped', reason: { kind: 'taken' } });
    const taking = engine(taken, { type: 'taken_back' });
    expect(taking.phase).toEqual({ name: 'doing', step: 'take' });
    expect(engine(taking, { type: 'denied', error: limit }).phase).toMatchObject({ name: 'stopped', reason: { kind: 'full' } });
    expect(engine(taking, { type: 'granted', grant: other }).phase).toEqual({ name: 'doing', step: 'load' });
  });

  it('resumes as soon as the network is back', () => {
    expect(after(opened, failed('master'), { type: 'online' }).phase).toEqual({ name: 'doing', step: 'load' });
    const { end } = untilStopped(opened, failed('master'));
    expect(engine(end, { type: 'online' }).phase).toEqual({ name: 'doing', step: 'ask' });
    expect(engine(playing, { type: 'online' })).toBe(playing);
    const denied = engine(playing, { type: 'denied', error: error('SUBSCRIPTION_EXPIRED') });
    expect(engine(denied, { type: 'online' })).toBe(denied);
  });

  it('ignores all events once it is closed', () => {
    const closed = engine(playing, { type: 'closed' });
    expect(closed).toEqual(IDLE);
    for (const event of [
      failed('network'),
      { type: 'taken', error: null },
      { type: 'online' },
      { type: 'denied', error: null },
      { type: 'done' },
    ] as EngineEvent[]) {
      expect(engine(closed, event).phase.name).toBe('idle');
    }
  });
});
