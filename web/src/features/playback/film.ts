import type { ShownVideo } from '@/lib/models';
import type { Grant } from './grant';

/** A video that is watched: what it is, its stream, and from where. */
export interface Film {
  video: ShownVideo;
  playback: Grant;
  /** Seconds. */
  start: number;
}
