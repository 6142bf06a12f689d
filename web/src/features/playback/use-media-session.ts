import { useEffect } from 'react';
import type { ShownVideo } from '@/lib/models';
import type { Stream } from './stream';

/** The seconds that one press moves when the system names none. */
const STEP = 10;

/** Makes the system's media keys, lock screen and headphones show and control the film. */
export function useMediaSession(stream: Stream | null, video: ShownVideo, place: string, onNext: (() => void) | null): void {
  const { title, poster } = video;
  useEffect(() => {
    const session = mediaSession();
    if (!session) return;
    const artwork = poster ? [{ src: poster.url }] : [];
    session.metadata = new MediaMetadata({ title, artist: place, artwork });
    return () => {
      session.metadata = null;
    };
  }, [title, place, poster]);

  useEffect(() => {
    const session = mediaSession();
    if (!session || !stream) return;
    const { element } = stream;
    const seek = (seconds: number) => {
      element.currentTime = Math.max(0, Math.min(element.duration || Infinity, seconds));
    };
    return handled(session, {
      play: () => void element.play().catch(() => undefined),
      pause: () => element.pause(),
      seekbackward: ({ seekOffset }) => seek(element.currentTime - (seekOffset ?? STEP)),
      seekforward: ({ seekOffset }) => seek(element.currentTime + (seekOffset ?? STEP)),
      seekto: ({ seekTime }) => seekTime !== undefined && seek(seekTime),
    });
  }, [stream]);

  useEffect(() => {
    const session = mediaSession();
    return session && onNext ? handled(session, { nexttrack: onNext }) : undefined;
  }, [onNext]);

  useEffect(() => {
    const session = mediaSession();
    if (!session || !stream) return;
    const { element } = stream;
    const left = new AbortController();
    const tell = () => {
      session.playbackState = element.paused ? 'paused' : 'playing';
      const { duration, currentTime, playbackRate } = element;
      if (Number.isFinite(duration)) session.setPositionState({ duration, playbackRate, position: Math.min(currentTime, duration) });
    };
    for (const type of ['play', 'pause', 'seeked', 'ratechange', 'durationchange']) {
      element.addEventListener(type, tell, { signal: left.signal });
    }
    return () => {
      left.abort();
      session.playbackState = 'none';
    };
  }, [stream]);
}

function mediaSession(): MediaSession | null {
  return 'mediaSession' in navigator ? navigator.mediaSession : null;
}

/** Sets handlers. Returns a function that removes them. */
function handled(session: MediaSession, handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler>>): () => void {
  const set = (action: MediaSessionAction, handler: MediaSessionActionHandler | null) => {
    try {
      session.setActionHandler(action, handler);
    } catch {
      // An older browser does not know the action.
    }
  };
  const actions = Object.keys(handlers) as MediaSessionAction[];
  for (const action of actions) set(action, handlers[action] ?? null);
  return () => {
    for (const action of actions) set(action, null);
  };
}
