import type { HistoryItem, Video } from '@/lib/models';
import { nextEpisode } from '@/lib/next-episode';
import { isToResume } from './resume';

/** The history entry with a viewer's progress in a series: the newest one that was started or completed. */
export function lastSeen(seen: HistoryItem[]): HistoryItem | null {
  return seen.find(({ video, progress, completed }) => completed || isToResume({ ...video, progress, completed })) ?? null;
}

/**
 * The episode at which a viewer continues: the current one, or the first unwatched one after it. `null` if they have not started the
 * series or have finished it.
 */
export function episodeToContinue(seen: HistoryItem[], episodes: Video[]): Video | null {
  const last = lastSeen(seen);
  if (!last?.completed) return last?.video ?? null;
  const watched = new Set(seen.flatMap(({ video, completed }) => (completed ? [video.id] : [])));
  return nextEpisode(
    last.video,
    episodes.filter(({ id }) => !watched.has(id)),
  );
}
