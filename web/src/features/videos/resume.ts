import type { ShownVideo } from '@/lib/models';

/** The service's rule: a video is resumed after this share, or after this many seconds if that is less. */
const STARTED_SHARE = 0.05;
const STARTED_SECONDS = 120;

/** Whether a video resumes at its last position instead of starting over. */
export function isToResume({ progress, completed, duration }: Pick<ShownVideo, 'progress' | 'completed' | 'duration'>): boolean {
  const started = Math.min(duration ? duration * STARTED_SHARE : Infinity, STARTED_SECONDS);
  return !completed && progress >= started;
}
