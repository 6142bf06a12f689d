import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useCallback, useRef } from 'react';
import { extent } from '@/features/videos/cards';
import { ageRating } from '@/lib/age-rating';
import type { Video } from '@/lib/models';
import { length } from '@/lib/format';
import { seasonName, shortPlace } from '@/lib/nouns';
import { useAllEpisodes } from '@/lib/queries/use-all-episodes';
import { useSeries } from '@/lib/queries/use-series';
import type { ScreenProps } from './app';
import { Picture } from './card';
import { slideTo, useOnce } from './focus';
import { Failure, Waiting } from './messages';
import { open } from './screens';
import { Shelf } from './shelf';

/** A series with its episodes, a row for each season. */
export function SeriesScreen({ focusKey, isVisible, id }: ScreenProps & { id: string }) {
  const series = useSeries(id);
  const episodes = useAllEpisodes(id);
  const page = useRef<HTMLDivElement>(null);
  const toShelf = useCallback((shelf: HTMLElement) => slideTo(page, 'y', shelf.offsetTop - window.innerHeight / 2), []);
  useOnce(
    episodes.length > 0 && series.data !== undefined && isVisible,
    () => void setFocus(`shelf-${focusKey}-${episodes[0]?.season ?? 0}`),
  );
  if (!series.data) {
    return series.error ? (
      <Failure error={series.error} focusKey={focusKey} onRetry={() => void series.refetch()} />
    ) : (
      <Waiting label={t`Loading`} />
    );
  }
  const { title, description, poster, year, age_rating } = series.data;
  const facts = [year, age_rating && ageRating(age_rating), extent(series.data)];
  return (
    <div ref={page} className="page">
      <section className="hero series">
        <Picture video={{ title, poster }} width={1280} />
        <div className="hero-text">
          <h1>{title}</h1>
          <p className="note">{facts.filter(Boolean).join(' · ')}</p>
          <p className="description">{description}</p>
        </div>
      </section>
      {[...seasonsOf(episodes)].map(([season, all]) => (
        <Shelf
          key={season}
          name={`${focusKey}-${season}`}
          title={seasonName(season)}
          entries={all.map((video) => ({
            video,
            note: [shortPlace(season, video.episode ?? 0), video.duration ? length(video.duration) : null].filter(Boolean).join(' · '),
            onPress: () => open({ name: 'title', id: video.id }),
          }))}
          onReached={toShelf}
        />
      ))}
    </div>
  );
}

function seasonsOf(episodes: Video[]): Map<number, Video[]> {
  const seasons = new Map<number, Video[]>();
  for (const video of episodes) {
    const season = video.season ?? 0;
    seasons.set(season, [...(seasons.get(season) ?? []), video]);
  }
  return seasons;
}
