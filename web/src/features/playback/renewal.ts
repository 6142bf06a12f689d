import { Hls } from 'hls-video-element';
import type HlsVideoElement from 'hls-video-element';

/** Goes on with a fresh source at the very moment, in the tempo and as loud as before. */
export async function switchSource(element: HlsVideoElement, url: string): Promise<void> {
  const hls = element.api;
  const { currentTime, paused, playbackRate } = element;
  if (!hls) {
    // The browser plays HLS itself.
    element.src = url;
  } else {
    hls.config.startPosition = currentTime;
    hls.loadSource(url);
    hls.startLoad(currentTime);
  }
  await new Promise<void>((resolve) => element.addEventListener('loadedmetadata', () => resolve(), { once: true }));
  if (Math.abs(element.currentTime - currentTime) > 0.5) element.currentTime = currentTime;
  element.playbackRate = playbackRate;
  if (!paused) await element.play();
}

interface HlsFailure {
  type: string;
  fatal: boolean;
  response?: { code?: number };
}

/** What hls.js tells of a failure, as far as anybody has to act. */
export type Failure = 'expired' | 'network' | 'media' | 'other';

/** A refusal of a signed address is seen at once, even where hls.js would try again; the rest when it has given up. */
export function failureOf({ type, fatal, response }: HlsFailure): Failure | null {
  if (response?.code === 403) return 'expired';
  if (!fatal) return null;
  switch (type) {
    case 'networkError':
      return 'network';
    case 'mediaError':
      return 'media';
    default:
      return 'other';
  }
}

export const HLS_ERROR = Hls.Events.ERROR;
