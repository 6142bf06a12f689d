import type { Video } from './models';

type EpisodePosition = Pick<Video, 'id' | 'season' | 'episode'>;

/** The episode that follows another in its series, however the list is sorted. */
export function nextEpisode<T extends EpisodePosition>(current: EpisodePosition, episodes: T[]): T | null {
  const position = (video: EpisodePosition) => [video.season ?? 0, video.episode ?? 0] as const;
  const isBefore = (one: EpisodePosition, other: EpisodePosition) => {
    const [[season, episode], [otherSeason, otherEpisode]] = [position(one), position(other)];
    return season < otherSeason || (season === otherSeason && episode < otherEpisode);
  };
  let next: T | null = null;
  for (const video of episodes) {
    if (isBefore(current, video) && (next === null || isBefore(video, next))) next = video;
  }
  return next;
}
