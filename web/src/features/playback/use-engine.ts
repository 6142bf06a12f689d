import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { IDLE, engine } from './engine';
import type { EngineEvent, Phase, Step, StopReason } from './engine';
import type { Film } from './film';
import type { Grant } from './grant';
import { TIMEOUT_COSTS, TRIES_MAX } from './retry-policy';
import { startSession } from './playback-session';
import type { PlaybackSession } from './playback-session';
import type { Stream } from './stream';
import { play, takeBack } from './use-playback';

/** The longest delay of a browser's timer, in milliseconds. */
const TIMER_MAX = 2 ** 31 - 1;
/** After this time of good playback, in milliseconds, the next failure counts as the first one again. */
const RECOVERED_AFTER = 20_000;
/** How often to check whether the picture moves, in milliseconds, and how many checks in a row it may stand still. hls.js usually
 * reports an error before that. */
const CHECK_INTERVAL = 5_000;
const STILL_MAX = 9;
const NATIVE_STILL_MAX = 4;
/** How long loading may take, in milliseconds, and how many checks the picture may stand still, before the viewer sees a notice. */
const SLOW_AFTER = 8_000;
const STILL_UNTIL_NOTICE = 2;

export interface Playing {
  /** Whether it has been trying to play for a while. */
  isStruggling: boolean;
  /** Whether there is no picture yet. */
  isLoading: boolean;
  /** The grant of the current stream. */
  grant: Grant | null;
  hasEnded: boolean;
  stopReason: StopReason | null;
  /** Whether the position is not being saved. */
  isUnsaved: boolean;
  areCaptionsLost: boolean;
  /** Resumes where it stopped. */
  retry: () => void;
  /** Resumes and takes the stream from another device. */
  takeBack: () => void;
  save: () => void;
  retryCaptions: () => void;
}

/** Runs playback in the background: reports the position, renews grants, and retries after failures. */
export function useEngine(stream: Stream | null, film: Film | null): Playing {
  const [{ phase, grant, tries }, dispatch] = useReducer(engine, IDLE);
  const [hasEnded, setHasEnded] = useState(false);
  const [isUnsaved, setIsUnsaved] = useState(false);
  const [areCaptionsLost, setAreCaptionsLost] = useState(false);
  const [isSlow, setIsSlow] = useState(false);
  const session = useRef<PlaybackSession | null>(null);

  // Attends a film from its opening until it is left.
  useEffect(() => {
    if (!stream || !film) return;
    const started = startSession(stream, film, {
      dispatch,
      onEnded: setHasEnded,
      onKept: (isKept) => setIsUnsaved(!isKept),
      onCaptions: setAreCaptionsLost,
    });
    session.current = started;
    dispatch({ type: 'opened', grant: film.playback });
    return () => {
      started.leave();
      session.current = null;
      setHasEnded(false);
      setIsUnsaved(false);
      setAreCaptionsLost(false);
      dispatch({ type: 'closed' });
    };
  }, [stream, film]);

  // Acts on the phase.
  useEffect(() => {
    if (!stream || !film || !grant || !session.current) return;
    session.current.phase = phase;
    return enterPhase(phase, { stream, grant, id: film.video.id, session: session.current, dispatch, onSlow: setIsSlow });
  }, [stream, film, grant, phase]);

  useEffect(() => {
    const onOnline = () => dispatch({ type: 'online' });
    // A page that the back button restores has given its stream back, so it needs a new one.
    const onShown = (event: PageTransitionEvent) => event.persisted && window.location.reload();
    window.addEventListener('online', onOnline);
    window.addEventListener('pageshow', onShown);
    return () => {
      window.removeEventListener('online', onOnline);
      window.removeEventListener('pageshow', onShown);
    };
  }, []);

  const goOn = useCallback((type: 'retried' | 'taken_back') => {
    if (session.current) session.current.isWanted = true;
    dispatch({ type });
  }, []);
  return {
    isStruggling: isSlow || (tries > 1 && (phase.name === 'doing' || phase.name === 'waiting')),
    grant,
    isLoading: phase.name === 'doing' || phase.name === 'waiting',
    hasEnded,
    stopReason: phase.name === 'stopped' ? phase.reason : null,
    isUnsaved,
    areCaptionsLost,
    retry: useCallback(() => goOn('retried'), [goOn]),
    takeBack: useCallback(() => goOn('taken_back'), [goOn]),
    save: useCallback(() => session.current?.save(), []),
    retryCaptions: useCallback(() => {
      setAreCaptionsLost(false);
      stream?.retryCaptions();
    }, [stream]),
  };
}

interface EngineContext {
  stream: Stream;
  grant: Grant;
  id: string;
  session: PlaybackSession;
  dispatch: (event: EngineEvent) => void;
  onSlow: (isSlow: boolean) => void;
}

/** Acts on a phase. Returns a function that ends it. */
function enterPhase(phase: Phase, context: EngineContext): (() => void) | undefined {
  const { stream, grant, id, session, dispatch, onSlow } = context;
  switch (phase.name) {
    case 'doing':
      return runStep(phase.step, context);
    case 'waiting': {
      const timer = setTimeout(() => dispatch({ type: 'waited' }), phase.milliseconds);
      return () => clearTimeout(timer);
    }
    case 'playing': {
      let stopAsking: (() => void) | undefined;
      const renew = () => {
        stopAsking = ask(play(id, session.lease), context);
      };
      const renewal = setTimeout(renew, Math.min(Math.max(phase.renew_in ?? grant.renew_at - Date.now(), 0), TIMER_MAX));
      const recovery = setTimeout(() => dispatch({ type: 'recovered' }), RECOVERED_AFTER);
      const watch = watchPicture(context);
      return () => {
        clearTimeout(renewal);
        clearTimeout(recovery);
        clearInterval(watch);
        stopAsking?.();
        onSlow(false);
      };
    }
    case 'stopped':
      stream.stop();
      return undefined;
    case 'idle':
      return undefined;
  }
}

function runStep(step: Step, context: EngineContext): (() => void) | undefined {
  const { stream, grant, id, session, dispatch, onSlow } = context;
  switch (step) {
    case 'ask':
      return ask(play(id, session.lease), context);
    case 'take':
      return ask(takeBack(id), context);
    case 'load': {
      void stream.load(grant.playback_url);
      const slow = setTimeout(() => onSlow(true), SLOW_AFTER);
      return () => {
        clearTimeout(slow);
        onSlow(false);
      };
    }
    case 'restart':
      stream.restart();
      dispatch({ type: 'done' });
      return undefined;
    case 'repair':
      stream.repair();
      dispatch({ type: 'done' });
      return undefined;
  }
}

/** Waits for a grant. Returns a function that ignores it. */
function ask(answer: Promise<Grant>, { session, dispatch }: EngineContext): () => void {
  let isStale = false;
  session.isAsking = true;
  const settle = (event: EngineEvent) => {
    if (isStale) return;
    session.isAsking = false;
    dispatch(event);
  };
  answer.then(
    (grant) => {
      // A grant that is renewed after its lease has expired, such as after the device was asleep, has a new lease.
      if (!isStale) session.lease = grant.playback_session_id;
      settle({ type: 'granted', grant });
    },
    (error: unknown) => settle({ type: 'denied', error }),
  );
  return () => {
    isStale = true;
    session.isAsking = false;
  };
}

/** Treats a picture that should move but does not as a failure, whatever the reason. */
function watchPicture({ stream: { element }, dispatch, onSlow }: EngineContext): ReturnType<typeof setInterval> {
  let before = element.currentTime;
  let still = 0;
  return setInterval(() => {
    const isStill = !element.paused && !element.ended && element.currentTime === before;
    before = element.currentTime;
    still = isStill ? still + 1 : 0;
    onSlow(still >= STILL_UNTIL_NOTICE);
    if (still < (element.api ? STILL_MAX : NATIVE_STILL_MAX)) return;
    still = 0;
    const failure = element.api ? ({ kind: 'network', cost: TRIES_MAX + 1 } as const) : ({ kind: 'master', cost: TIMEOUT_COSTS } as const);
    dispatch({ type: 'failed', failure: { ...failure, plays_on: false } });
  }, CHECK_INTERVAL);
}
