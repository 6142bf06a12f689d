import type { Seen, Video } from '@/lib/models';
import { nextEpisode } from '@/lib/next-episode';
import { isToResume } from './resume';

/** The entry that says how far a viewer is in a series: the newest that was begun or watched to its end. */
export function lastSeen(seen: Seen[]): Seen | null {
  return seen.find(({ video, progress, completed }) => completed || isToResume({ ...video, progress, completed })) ?? null;
}

/**
 * The episode at which a viewer goes on: the one that they are in, or the first after it that they have not watched. `null` where they
 * start, and after the last one.
 */
export function whereToGoOn(seen: Seen[], episodes: Video[]): Video | null {
  const last = lastSeen(seen);
  if (!last?.completed) return last?.video ?? null;
  const watched = new Set(seen.flatMap(({ video, completed }) => (completed ? [video.id] : [])));
  return nextEpisode(
    last.video,
    episodes.filter(({ id }) => !watched.has(id)),
  );
}
