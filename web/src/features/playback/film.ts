import type { ShownVideo } from '@/lib/models';
import type { Grant } from './grant';

/** A video that is being watched, its stream, and the start position. */
export interface Film {
  video: ShownVideo;
  playback: Grant;
  /** In seconds. */
  start: number;
}
