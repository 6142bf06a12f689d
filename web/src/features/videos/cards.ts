import { plural } from '@lingui/core/macro';
import type { HomeVideo, Series, Video } from '@/lib/models';

/** The content and link of a card. */
export interface Card {
  video: Video;
  to?: string;
  /** The number of seasons or episodes of a series. */
  note?: string;
}

/** For unknown series, or to show each episode separately. */
export const NO_SERIES: ReadonlyMap<string, Series> = new Map();

/** The cards of a list of videos. A series is one card, at the place of its first episode in the list. */
export function cards(videos: Video[], series: ReadonlyMap<string, Series>): Card[] {
  const seen = new Set<string>();
  const shown: Card[] = [];
  for (const video of videos) {
    const found = video.series_id ? series.get(video.series_id) : undefined;
    if (!found) {
      shown.push({ video });
    } else if (!seen.has(found.id)) {
      seen.add(found.id);
      shown.push(cardOf(found, video));
    }
  }
  return shown;
}

/** A card for each video. A series's first episode gets the series's card, because adding a series to a list adds that episode. */
export function cardsOfEach(videos: Video[], series: ReadonlyMap<string, Series>): Card[] {
  return videos.map((video) => {
    const found = video.series_id ? series.get(video.series_id) : undefined;
    return found?.first_video_id === video.id ? cardOf(found, video) : { video };
  });
}

function cardOf(series: Series, video: Video): Card {
  const shown = { ...video, ...series, id: series.first_video_id, duration: null, season: null, episode: null };
  return { video: shown, to: `/series/${series.id}`, note: extent(series) };
}

/** The card of a title on the home page. That of a series shows the series, which opens at the viewer's next episode. */
export function cardOfTitle({ series, ...video }: HomeVideo): Card {
  if (!series) return { video };
  return { video: { ...video, season: null, episode: null }, to: `/series/${series.id}`, note: extent(series) };
}

/** "2 seasons", or for a single season "4 episodes". */
export function extent({ seasons }: Pick<Series, 'seasons'>): string {
  if (seasons.length > 1) return plural(seasons.length, { one: '# season', other: '# seasons' });
  const episodes = seasons[0]?.episodes ?? 0;
  return plural(episodes, { one: '# episode', other: '# episodes' });
}
