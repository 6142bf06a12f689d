import type { ShownVideo } from '@/lib/models';

/** The service's rule (contract §5): below this share of a video, or so many seconds where that is less, nothing is resumed. */
const STARTED_SHARE = 0.05;
const STARTED_SECONDS = 120;

/** Whether a video goes on where it was left, rather than from its start. */
export function isToResume({ progress, completed, duration }: Pick<ShownVideo, 'progress' | 'completed' | 'duration'>): boolean {
  const started = Math.min(duration ? duration * STARTED_SHARE : Infinity, STARTED_SECONDS);
  return !completed && progress >= started;
}
