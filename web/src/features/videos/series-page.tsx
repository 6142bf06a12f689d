import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useParams } from '@/lib/router/routes';
import { PlanBadge } from '@/components/badge';
import { ButtonLink, IconButton } from '@/components/button';
import { ListButton } from '@/components/list-button';
import { More } from '@/components/more';
import { NotFound } from '@/components/lost';
import { ErrorNotice } from '@/components/notice';
import { Select } from '@/components/select';
import { Loading, Skeleton } from '@/components/skeleton';
import { VideoRow } from '@/components/video-row';
import { length } from '@/lib/format';
import type { HistoryItem, Series, Video } from '@/lib/models';
import { seasonName, shortPlace } from '@/lib/nouns';
import { hasCode } from '@/lib/errors/api-error';
import { usePageTitle } from '@/lib/page-title';
import { useAllEpisodes } from '@/lib/queries/use-all-episodes';
import { useSeries } from '@/lib/queries/use-series';
import { useIsSignedIn } from '@/lib/session';
import { extent } from './cards';
import { FilmFacts, releaseNote } from './film-facts';
import { Hero, HeroSkeleton } from './hero';
import { JoinToWatch } from './join-to-watch';
import { NextStepSkeleton } from './next-step';
import { RelatedShelf } from './related-shelf';
import styles from './series-page.module.css';
import { lastSeen, episodeToContinue } from './series-progress';
import { TrailerButton } from './trailer-button';
import { useEpisodes } from './use-episodes';
import { useSeriesHistory } from './use-series-history';
import { useSetWatched } from './use-set-watched';
import { useTitle } from './use-title';

export function Component() {
  const { id = '' } = useParams();
  const series = useSeries(id);
  usePageTitle(series.data?.title ?? null);
  if (hasCode(series.error, 'NOT_FOUND') && !series.data) return <NotFound />;
  if (series.error && !series.data) return <ErrorNotice size="page" error={series.error} onRetry={() => void series.refetch()} />;
  if (!series.data) return <HeroSkeleton />;
  return <Shown key={id} series={series.data} />;
}

function Shown({ series }: { series: Series }) {
  const isSignedIn = useIsSignedIn();
  const title = useTitle(series.id);
  const history = useSeriesHistory(series.id, { enabled: isSignedIn });
  const seen = history.data ?? NOTHING;
  const episodes = useAllEpisodes(lastSeen(seen)?.completed ? series.id : undefined);
  const next = episodeToContinue(seen, episodes);
  // The season that the viewer is watching, until they choose another.
  const [chosen, setChosen] = useState<number | null>(null);
  const season = chosen ?? next?.season ?? series.seasons[0]?.season ?? 1;
  const video = asVideo(series);
  // The button's target and text are known only after the history has loaded.
  const isWaiting =
    (title.isPending && title.failureCount === 0) ||
    (isSignedIn && history.isPending && history.failureCount === 0) ||
    Boolean(lastSeen(seen)?.completed && episodes.length === 0);
  return (
    <div className={styles.page}>
      <Hero video={video} eyebrow={extent(series)} note={releaseNote(series)}>
        <Way series={series} next={next} isWaiting={isWaiting} />
        <TrailerButton title={title.data} />
        {isSignedIn && <ListButton video={{ ...video, id: series.first_video_id, series_id: series.id }} />}
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
        <Episodes key={season} id={series.id} season={season} seen={seen} />
      </section>
      <FilmFacts title={t`About the series`} of={series} />
      <RelatedShelf id={series.id} />
    </div>
  );
}

/** How to watch the series: where the viewer continues, or how a visitor joins. */
function Way({ series, next, isWaiting }: { series: Series; next: Video | null; isWaiting: boolean }) {
  const isSignedIn = useIsSignedIn();
  if (isWaiting) return <NextStepSkeleton />;
  if (!isSignedIn) return <JoinToWatch here={`/series/${series.id}`} plan={series.required_plan} />;
  return <Start series={series} next={next} />;
}

function Start({ series, next }: { series: Series; next: Video | null }) {
  if (next) {
    const place = next.season && next.episode ? shortPlace(next.season, next.episode) : null;
    return (
      <ButtonLink look="primary" size="lg" icon="play" to={`/watch/${next.id}`}>
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

function asVideo(series: Series): Video {
  return { ...series, duration: null, published_at: null, audio_languages: [], caption_languages: [] };
}

function Episodes({ id, season, seen }: { id: string; season: number; seen: HistoryItem[] }) {
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
            <Episode video={video} seen={seen.find((entry) => entry.video.id === video.id)} />
          </li>
        ))}
      </ol>
      {episodes.hasNextPage && <More isBusy={episodes.isFetchingNextPage} onMore={() => void episodes.fetchNextPage()} />}
    </>
  );
}

function Episode({ video, seen }: { video: Video; seen: HistoryItem | undefined }) {
  const isSignedIn = useIsSignedIn();
  const completed = seen?.completed ?? false;
  const share = seen && !completed && video.duration ? Math.min(1, seen.progress / video.duration) : 0;
  return (
    <VideoRow
      video={video}
      title={`${video.episode ? `${video.episode}. ` : ''}${video.title}`}
      share={share}
      facts={
        <>
          <PlanBadge plan={video.required_plan} />
          {video.duration && <span>{length(video.duration)}</span>}
        </>
      }
      isWatched={completed}
      progress={
        share > 0 && (
          <span>
            <Trans>Started</Trans>
          </span>
        )
      }
      description={video.description}
      action={isSignedIn && <WatchedMark video={video} completed={completed} />}
    />
  );
}

function WatchedMark({ video, completed }: { video: Video; completed: boolean }) {
  const set = useSetWatched();
  const { title } = video;
  return (
    <IconButton
      icon={completed ? 'close' : 'check'}
      label={completed ? t`Mark ${title} as unwatched` : t`Mark ${title} as watched`}
      onClick={() => set.mutate({ video, isWatched: !completed })}
    />
  );
}

const NOTHING: HistoryItem[] = [];
