import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { IDLE, engine } from './engine';
import type { EngineEvent, Phase, Step, Trouble } from './engine';
import type { Film } from './film';
import type { Grant } from './grant';
import { TIMEOUT_COSTS, TRIES_MAX } from './patience';
import { attend } from './sitting';
import type { Sitting } from './sitting';
import type { Stream } from './stream';
import { play, takeBack } from './use-playback';

/** The longest that a browser's timer can wait. */
const TIMER_MAX = 2 ** 31 - 1;
/** For how long it has to play well until a failure counts as the first one again, in milliseconds. */
const RECOVERED_AFTER = 20_000;
/** How often one looks whether the picture moves, in milliseconds, and how often in a row it may stand still. hls.js finds out
 * itself before that, and is patient. */
const LOOK_EVERY = 5_000;
const STILL_MAX = 9;
const NATIVE_STILL_MAX = 4;
/** How long loading may take, and how often the picture may stand still, before the viewer is told that one is at it. */
const SLOW_AFTER = 8_000;
const STILL_UNTIL_TOLD = 2;

export interface Playing {
  /** It has tried for a while to go on. */
  isStruggling: boolean;
  /** Nothing is to be seen yet. */
  isLoading: boolean;
  /** What plays at present. */
  grant: Grant | null;
  hasEnded: boolean;
  trouble: Trouble | null;
  /** The viewer's place is not being kept. */
  isUnsaved: boolean;
  areCaptionsLost: boolean;
  /** Goes on from where it stopped. */
  retry: () => void;
  /** Goes on in the place of another device. */
  takeBack: () => void;
  save: () => void;
  retryCaptions: () => void;
}

/** What goes on behind the picture: it says where one is, renews grants, and begins again what failed. */
export function useEngine(stream: Stream | null, film: Film | null): Playing {
  const [{ phase, grant, tries }, dispatch] = useReducer(engine, IDLE);
  const [hasEnded, setHasEnded] = useState(false);
  const [isUnsaved, setIsUnsaved] = useState(false);
  const [areCaptionsLost, setAreCaptionsLost] = useState(false);
  const [isSlow, setIsSlow] = useState(false);
  const sitting = useRef<Sitting | null>(null);

  // From the opening of a film until it is left.
  useEffect(() => {
    if (!stream || !film) return;
    const attended = attend(stream, film, {
      dispatch,
      onEnded: setHasEnded,
      onKept: (isKept) => setIsUnsaved(!isKept),
      onCaptions: setAreCaptionsLost,
    });
    sitting.current = attended;
    dispatch({ type: 'opened', grant: film.playback });
    return () => {
      attended.leave();
      sitting.current = null;
      setHasEnded(false);
      setIsUnsaved(false);
      setAreCaptionsLost(false);
      dispatch({ type: 'closed' });
    };
  }, [stream, film]);

  // What the phase asks for.
  useEffect(() => {
    if (!stream || !film || !grant || !sitting.current) return;
    sitting.current.phase = phase;
    return pursue(phase, { stream, grant, id: film.video.id, sitting: sitting.current, dispatch, onSlow: setIsSlow });
  }, [stream, film, grant, phase]);

  useEffect(() => {
    const onOnline = () => dispatch({ type: 'online' });
    // A page that the browser keeps for the back button has given its stream away: it asks for one again.
    const onShown = (event: PageTransitionEvent) => event.persisted && window.location.reload();
    window.addEventListener('online', onOnline);
    window.addEventListener('pageshow', onShown);
    return () => {
      window.removeEventListener('online', onOnline);
      window.removeEventListener('pageshow', onShown);
    };
  }, []);

  const goOn = useCallback((type: 'retried' | 'taken_back') => {
    if (sitting.current) sitting.current.isWanted = true;
    dispatch({ type });
  }, []);
  return {
    isStruggling: isSlow || (tries > 1 && (phase.name === 'doing' || phase.name === 'waiting')),
    grant,
    isLoading: phase.name === 'doing' || phase.name === 'waiting',
    hasEnded,
    trouble: phase.name === 'stopped' ? phase.trouble : null,
    isUnsaved,
    areCaptionsLost,
    retry: useCallback(() => goOn('retried'), [goOn]),
    takeBack: useCallback(() => goOn('taken_back'), [goOn]),
    save: useCallback(() => sitting.current?.save(), []),
    retryCaptions: useCallback(() => {
      setAreCaptionsLost(false);
      stream?.retryCaptions();
    }, [stream]),
  };
}

interface Means {
  stream: Stream;
  grant: Grant;
  id: string;
  sitting: Sitting;
  dispatch: (event: EngineEvent) => void;
  onSlow: (isSlow: boolean) => void;
}

/** Does what a phase is about; what is returned ends it. */
function pursue(phase: Phase, means: Means): (() => void) | undefined {
  const { stream, grant, id, sitting, dispatch, onSlow } = means;
  switch (phase.name) {
    case 'doing':
      return perform(phase.step, means);
    case 'waiting': {
      const timer = setTimeout(() => dispatch({ type: 'waited' }), phase.milliseconds);
      return () => clearTimeout(timer);
    }
    case 'playing': {
      let stopAsking: (() => void) | undefined;
      const renew = () => {
        stopAsking = ask(play(id, sitting.lease), means);
      };
      const renewal = setTimeout(renew, Math.min(Math.max(phase.renew_in ?? grant.renew_at - Date.now(), 0), TIMER_MAX));
      const recovery = setTimeout(() => dispatch({ type: 'recovered' }), RECOVERED_AFTER);
      const watch = watchPicture(means);
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

function perform(step: Step, means: Means): (() => void) | undefined {
  const { stream, grant, id, sitting, dispatch, onSlow } = means;
  switch (step) {
    case 'ask':
      return ask(play(id, sitting.lease), means);
    case 'take':
      return ask(takeBack(id), means);
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

/** Waits for a grant, unless something else comes first. */
function ask(answer: Promise<Grant>, { sitting, dispatch }: Means): () => void {
  let isStale = false;
  sitting.isAsking = true;
  const settle = (event: EngineEvent) => {
    if (isStale) return;
    sitting.isAsking = false;
    dispatch(event);
  };
  answer.then(
    (grant) => {
      // A grant that is renewed after its lease ran out, as after a night with the lid closed, comes with a lease of its own.
      if (!isStale) sitting.lease = grant.playback_session_id;
      settle({ type: 'granted', grant });
    },
    (error: unknown) => settle({ type: 'denied', error }),
  );
  return () => {
    isStale = true;
    sitting.isAsking = false;
  };
}

/** Nothing waits forever: a picture that is wanted and does not move has failed, whatever the reason. */
function watchPicture({ stream: { element }, dispatch, onSlow }: Means): ReturnType<typeof setInterval> {
  let before = element.currentTime;
  let still = 0;
  return setInterval(() => {
    const isStill = !element.paused && !element.ended && element.currentTime === before;
    before = element.currentTime;
    still = isStill ? still + 1 : 0;
    onSlow(still >= STILL_UNTIL_TOLD);
    if (still < (element.api ? STILL_MAX : NATIVE_STILL_MAX)) return;
    still = 0;
    const failure = element.api ? ({ kind: 'network', cost: TRIES_MAX + 1 } as const) : ({ kind: 'master', cost: TIMEOUT_COSTS } as const);
    dispatch({ type: 'failed', failure: { ...failure, plays_on: false } });
  }, LOOK_EVERY);
}
