import type { Video } from './models';

type Place = Pick<Video, 'id' | 'season' | 'episode'>;

/** The episode that follows another in its series, however the list is sorted. */
export function nextEpisode<T extends Place>(current: Place, episodes: T[]): T | null {
  const place = (video: Place) => [video.season ?? 0, video.episode ?? 0] as const;
  const isBefore = (one: Place, other: Place) => {
    const [[season, episode], [otherSeason, otherEpisode]] = [place(one), place(other)];
    return season < otherSeason || (season === otherSeason && episode < otherEpisode);
  };
  let next: T | null = null;
  for (const video of episodes) {
    if (isBefore(current, video) && (next === null || isBefore(video, next))) next = video;
  }
  return next;
}
