import { ApiError } from '@/lib/errors/api-error';
import type { EngineEvent, Phase } from './engine';
import type { Film } from './film';
import { leave, report, reportOf } from './progress';
import { Reporter } from './reporter';
import type { Stream } from './stream';

/** One viewing of a film: its state beside the engine's. */
export interface PlaybackSession {
  /** The lease of the stream. */
  lease: string;
  /** Whether a grant is being requested, which may bring a new lease. */
  isAsking: boolean;
  /** Whether the viewer wants the film to play. */
  isWanted: boolean;
  phase: Phase;
  /** Saves the position now. */
  save: () => void;
  leave: () => void;
}

interface SessionEvents {
  dispatch: (event: EngineEvent) => void;
  onEnded: (hasEnded: boolean) => void;
  onKept: (isKept: boolean) => void;
  onCaptions: (areLost: boolean) => void;
}

/** Reports the position from now on: during playback, on a pause, on a seek, at the end, and when the viewer leaves. */
export function startSession(stream: Stream, { video: { id }, playback, start }: Film, on: SessionEvents): PlaybackSession {
  const { element } = stream;
  const left = new AbortController();
  const { signal } = left;
  const reporter = new Reporter({
    send: async (told) => {
      const { lease } = session;
      try {
        await report(id, lease, told);
      } catch (error) {
        // The report was for an old lease, which this player has replaced or is about to replace.
        if (isTaken(error) && (lease !== session.lease || session.isAsking)) return;
        throw error;
      }
    },
    onRefused: (error) => isTaken(error) && on.dispatch({ type: 'taken', error }),
    onKept: on.onKept,
  });
  const tell = (completed?: true) => {
    const { position } = stream;
    if (position) reporter.tell(reportOf({ ...position, ...(completed && { completed }) }));
  };
  const beat = setInterval(() => stream.isPlaying && tell(), playback.heartbeat_seconds * 1000);
  const go = (isPageLeft: boolean) => {
    if (signal.aborted) return;
    left.abort();
    clearInterval(beat);
    reporter.close();
    void leave(id, session.lease, stream.position, isPageLeft);
  };
  const session: PlaybackSession = {
    lease: playback.playback_session_id,
    isAsking: false,
    isWanted: true,
    phase: { name: 'idle' },
    save: () => reporter.retry(),
    leave: () => {
      go(false);
      stream.listen(null);
      stream.stop();
    },
  };

  const listen = (type: string, listener: () => void) => element.addEventListener(type, listener, { signal });
  listen('play', () => {
    session.isWanted = true;
    on.onEnded(false);
  });
  listen('pause', () => {
    if (element.ended) return;
    if (session.phase.name === 'playing') session.isWanted = false;
    tell();
  });
  listen('seeked', () => tell());
  listen('ended', () => {
    on.onEnded(true);
    tell(true);
  });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && tell(), { signal });
  window.addEventListener('pagehide', () => go(true), { signal });
  stream.listen({
    onLoaded: () => {
      on.dispatch({ type: 'done' });
      if (session.isWanted && !stream.isElsewhere) void element.play().catch(() => undefined);
    },
    onFailed: (failure) => on.dispatch({ type: 'failed', failure }),
    onCaptions: on.onCaptions,
    onElsewhere: (hasEnded) => {
      on.onEnded(hasEnded);
      tell(hasEnded || undefined);
    },
  });
  stream.begin(start);
  return session;
}

/** A heartbeat is refused if its stream was stopped or another device has taken it. */
const isTaken = (error: unknown) => error instanceof ApiError && error.status === 409;
