import { useCallback, useEffect, useRef, useState } from 'react';
import type HlsVideoElement from 'hls-video-element';
import { hasCode } from '@/lib/errors/api-error';
import { ApiError } from '@/lib/errors/api-error';
import type { Grant } from './grant';
import { Pace } from './pace';
import { leave, report } from './progress';
import type { Position } from './progress';
import { HLS_ERROR, failureOf, switchSource } from './renewal';
import type { Failure } from './renewal';
import { play } from './use-playback';

/** Why it does not go on. */
export interface Trouble {
  /** `taken`: the stream is another device's now. */
  kind: 'taken' | 'failed';
  error: unknown;
}

const RENEWALS_MAX = 4;
const RECOVERIES_MAX = 5;
const A_MINUTE = 60_000;
/** The longest that a browser's timer can wait. */
const TIMER_MAX = 2 ** 31 - 1;

/** What goes on behind the picture: where one is is told, grants are renewed, and what failed is begun again. */
export function useEngine(element: HlsVideoElement | null, id: string, playback: Grant) {
  const { playback_session_id, heartbeat_seconds } = playback;
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [hasEnded, setHasEnded] = useState(false);
  const renewalRef = useRef<(() => Promise<void>) | null>(null);
  // A grant that is renewed after its lease ran out, as after a night with the lid closed, comes with a lease of its own.
  const lease = useRef(playback_session_id);
  const isRenewing = useRef(false);

  // Where the player is, and that it still plays.
  useEffect(() => {
    if (!element) return;
    let isGone = false;
    const tell = (completed = false) => {
      const position = positionOf(element);
      if (!position || isGone) return;
      const own = lease.current;
      report(id, own, { ...position, ...(completed && { completed }) }).catch((error: unknown) => {
        // Anything else is told again in a moment.
        if (!hasCode(error, 'STREAM_LIMIT_REACHED') || isGone) return;
        // Told for a lease that a newer one of one's own has taken the place of.
        if (isRenewing.current || own !== lease.current) return;
        element.pause();
        setTrouble({ kind: 'taken', error });
      });
    };
    const go = (isPageLeft: boolean) => {
      if (isGone) return;
      isGone = true;
      void leave(id, lease.current, positionOf(element), isPageLeft);
    };
    const onPageHide = () => go(true);
    const onPause = () => !element.ended && tell();
    const onEnded = () => {
      setHasEnded(true);
      tell(true);
    };
    const onPlay = () => setHasEnded(false);
    const onSeeked = () => tell();
    const onHidden = () => document.visibilityState === 'hidden' && tell();
    // A page that the browser keeps for the back button has given its stream away: it asks for one again.
    const onShown = (event: PageTransitionEvent) => event.persisted && window.location.reload();
    const beat = setInterval(() => !element.paused && tell(), heartbeat_seconds * 1000);
    element.addEventListener('pause', onPause);
    element.addEventListener('seeked', onSeeked);
    element.addEventListener('ended', onEnded);
    element.addEventListener('play', onPlay);
    document.addEventListener('visibilitychange', onHidden);
    window.addEventListener('pagehide', onPageHide);
    window.addEventListener('pageshow', onShown);
    return () => {
      clearInterval(beat);
      element.removeEventListener('pause', onPause);
      element.removeEventListener('seeked', onSeeked);
      element.removeEventListener('ended', onEnded);
      element.removeEventListener('play', onPlay);
      document.removeEventListener('visibilitychange', onHidden);
      window.removeEventListener('pagehide', onPageHide);
      window.removeEventListener('pageshow', onShown);
      go(false);
    };
  }, [element, id, heartbeat_seconds]);

  // Grants end; the stream goes on with a new one.
  useEffect(() => {
    if (!element) return;
    const renewals = new Pace(RENEWALS_MAX, A_MINUTE);
    const recoveries = new Pace(RECOVERIES_MAX, A_MINUTE);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let underWay: Promise<void> | null = null;
    let isGone = false;

    const fail = (error: unknown) => {
      if (isGone) return;
      element.pause();
      setTrouble({ kind: hasCode(error, 'STREAM_LIMIT_REACHED') ? 'taken' : 'failed', error });
    };
    const renew = () => {
      isRenewing.current = true;
      underWay ??= play(id, lease.current)
        .then(async (fresh) => {
          if (isGone) return;
          lease.current = fresh.playback_session_id;
          isRenewing.current = false;
          await switchSource(element, fresh.playback_url);
          setTrouble(null);
          plan(fresh.renew_in_seconds);
        })
        .catch(fail)
        .finally(() => {
          isRenewing.current = false;
          underWay = null;
        });
      return underWay;
    };
    const plan = (seconds: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void renew(), Math.min(seconds * 1000, TIMER_MAX));
    };
    const recover = (failure: Failure) => {
      const hls = element.api;
      if (failure === 'expired') {
        if (underWay) return;
        if (renewals.allows()) void renew();
        else fail(new ApiError('VIDEO_PROVIDER_UNAVAILABLE', 'The stream is refused.'));
      } else if (hls && failure !== 'other' && recoveries.allows()) {
        if (failure === 'media') hls.recoverMediaError();
        else setTimeout(() => !isGone && hls.startLoad(), 1500);
      } else {
        fail(new ApiError(failure === 'network' ? 'UNREACHABLE' : 'VIDEO_PROVIDER_UNAVAILABLE', 'The stream stopped.'));
      }
    };
    // The element makes its hls.js when it loads, a moment after it is there.
    const listening = setInterval(() => {
      if (!element.api) return;
      clearInterval(listening);
      element.api.on(HLS_ERROR, (_, data) => {
        const failure = failureOf(data);
        if (failure !== null && !isGone) recover(failure);
      });
    }, 10);
    const onOnline = () => element.api?.startLoad();
    window.addEventListener('online', onOnline);
    plan(playback.renew_in_seconds);
    renewalRef.current = renew;
    return () => {
      isGone = true;
      clearTimeout(timer);
      clearInterval(listening);
      window.removeEventListener('online', onOnline);
      renewalRef.current = null;
    };
  }, [element, id, playback.renew_in_seconds]);

  const retry = useCallback(() => {
    setTrouble(null);
    void renewalRef.current?.().then(() => element?.play().catch(() => undefined));
  }, [element]);

  return { trouble, hasEnded, retry };
}

function positionOf(element: HlsVideoElement): Position | null {
  const { currentTime, duration } = element;
  if (!Number.isFinite(currentTime) || element.readyState === 0) return null;
  return { progress: currentTime, duration: Number.isFinite(duration) && duration > 0 ? duration : null };
}
