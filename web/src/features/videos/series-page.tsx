import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { PlanBadge } from '@/components/badge';
import { ButtonLink } from '@/components/button';
import { Icon } from '@/components/icon';
import { More } from '@/components/more';
import { ErrorNotice } from '@/components/notice';
import { Poster } from '@/components/poster';
import { Select } from '@/components/select';
import { Loading, Skeleton } from '@/components/skeleton';
import { length } from '@/lib/format';
import type { Series, Video } from '@/lib/models';
import { seasonName, shortPlace } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { useSeries } from '@/lib/queries/use-series';
import { token } from '@/lib/session';
import { extent } from './cards';
import { Hero, HeroSkeleton } from './hero';
import styles from './series-page.module.css';
import { useContinueWatching } from './use-continue-watching';
import { useEpisodes } from './use-episodes';

export function Component() {
  const { id = '' } = useParams();
  const series = useSeries(id);
  usePageTitle(series.data?.title ?? null);
  if (series.error && !series.data) return <ErrorNotice size="page" error={series.error} onRetry={() => void series.refetch()} />;
  if (!series.data) return <HeroSkeleton />;
  return <Shown key={id} series={series.data} />;
}

function Shown({ series }: { series: Series }) {
  const begun = useBegun(series.id);
  // The season that the viewer is watching, until they choose another.
  const [chosen, setChosen] = useState<number | null>(null);
  const season = chosen ?? begun?.video.season ?? series.seasons[0]?.season ?? 1;
  return (
    <div className={styles.page}>
      <Hero video={asVideo(series)} eyebrow={extent(series)}>
        <Start series={series} begun={begun?.video} />
      </Hero>
      <section className={styles.episodes} aria-labelledby="episodes">
        <div className={styles.head}>
          <h2 id="episodes">
            <Trans>Episodes</Trans>
          </h2>
          {series.seasons.length > 1 && (
            <Select
              label={t`Season`}
              isLabelHidden
              value={String(season)}
              options={series.seasons.map((one) => ({ value: String(one.season), label: seasonName(one.season) }))}
              onChange={(value) => setChosen(Number(value))}
            />
          )}
        </div>
        <Episodes key={season} id={series.id} season={season} progressOf={(video) => (begun?.video.id === video.id ? begun.progress : 0)} />
      </section>
    </div>
  );
}

/** The last started episode of a series, if the viewer is signed in. */
function useBegun(id: string) {
  const isSignedIn = token() !== null;
  const begun = useContinueWatching({ enabled: isSignedIn });
  return begun.data?.items.find(({ video }) => video.series_id === id);
}

function Start({ series, begun }: { series: Series; begun: Video | undefined }) {
  if (begun) {
    const place = begun.season && begun.episode ? shortPlace(begun.season, begun.episode) : null;
    return (
      <ButtonLink look="primary" size="lg" icon="play" to={`/watch/${begun.id}`}>
        {place ? t`Continue ${place}` : t`Continue`}
      </ButtonLink>
    );
  }
  return (
    <ButtonLink look="primary" size="lg" icon="play" to={`/videos/${series.first_video_id}`}>
      <Trans>Start with episode 1</Trans>
    </ButtonLink>
  );
}

function asVideo({ id, title, description, category, poster, required_plan }: Series): Video {
  return { id, title, description, category, poster, required_plan, duration: null, published_at: null };
}

function Episodes({ id, season, progressOf }: { id: string; season: number; progressOf: (video: Video) => number }) {
  const episodes = useEpisodes(id, season);
  const shown = episodes.data?.pages.flatMap((page) => page.items);
  if (episodes.error && !shown) return <ErrorNotice error={episodes.error} onRetry={() => void episodes.refetch()} />;
  if (!shown) {
    return (
      <Loading label={t`Loading episodes`}>
        <Skeleton shape="block" className={styles.waiting} />
      </Loading>
    );
  }
  return (
    <>
      <ol className={styles.list}>
        {shown.map((video) => (
          <li key={video.id}>
            <Episode video={video} progress={progressOf(video)} />
          </li>
        ))}
      </ol>
      {episodes.hasNextPage && <More isBusy={episodes.isFetchingNextPage} onMore={() => void episodes.fetchNextPage()} />}
    </>
  );
}

function Episode({ video, progress }: { video: Video; progress: number }) {
  const watched = video.duration ? Math.min(1, progress / video.duration) : 0;
  return (
    <Link to={`/videos/${video.id}`} className={styles.episode}>
      <span className={styles.picture}>
        <Poster video={video} sizes="(min-width: 48rem) 16rem, 40vw" />
        {watched > 0 && (
          <span className={styles.track} aria-hidden="true">
            <span className={styles.watched} style={{ transform: `scaleX(${watched})` }} />
          </span>
        )}
      </span>
      <span className={styles.words}>
        <span className={styles.title}>
          {video.episode ? `${video.episode}. ` : ''}
          {video.title}
        </span>
        <span className={styles.meta}>
          <PlanBadge plan={video.required_plan} />
          {video.duration && <span>{length(video.duration)}</span>}
          {watched > 0 && (
            <span>
              <Trans>Started</Trans>
            </span>
          )}
        </span>
        <span className={styles.description}>{video.description}</span>
      </span>
      <Icon name="next" size={20} />
    </Link>
  );
}
