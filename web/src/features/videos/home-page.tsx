import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { ButtonLink } from '@/components/button';
import { Empty, ErrorNotice } from '@/components/notice';
import { Shelf, ShelfSkeleton } from '@/components/shelf';
import { VideoCard } from '@/components/video-card';
import { BRAND } from '@/lib/brand';
import type { Home, HomeVideo } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useVideo } from '@/lib/queries/use-video';
import { cardOfTitle } from './cards';
import { Hero, HeroSkeleton } from './hero';
import styles from './home-page.module.css';
import { NextStep, NextStepSkeleton } from './next-step';
import { useHome } from './use-home';

export function Component() {
  usePageTitle(null);
  const { data, error, isWaiting, refetch } = useHome();
  if (error && !data) return <ErrorNotice size="page" error={error} onRetry={() => void refetch()} />;
  return (
    <div className={styles.home}>
      {data && !isWaiting ? (
        <Rows {...data} />
      ) : (
        <>
          <HeroSkeleton />
          <ShelfSkeleton />
        </>
      )}
    </div>
  );
}

function Rows({ hero, continue_watching, watchlist, shelves, videos }: Home) {
  if (!hero && continue_watching.length + watchlist.length + shelves.length === 0) {
    return <Empty isPage icon="film" title={t`Nothing to watch yet`} text={t`New titles will appear here.`} />;
  }
  const byId = new Map(videos.map((video) => [video.id, video]));
  // The card of a series that was begun has the id of its next episode. The first one stands for a series on the list.
  const begun = new Set(continue_watching.map(({ video }) => video.series?.id));
  const card = (video: HomeVideo) => (
    <li key={video.id}>
      <VideoCard {...cardOfTitle(video)} hasMark={!video.series || !begun.has(video.series.id)} />
    </li>
  );
  return (
    <>
      {hero ? <Featured {...hero} /> : <h1 className="visually-hidden">{t`Home`}</h1>}
      {continue_watching.length > 0 && (
        <Shelf title={t`Continue watching`}>
          {continue_watching.map(({ video, progress, is_up_next }) => (
            <li key={video.id}>
              <VideoCard video={video} progress={progress} note={is_up_next ? t`Up next` : undefined} to={`/watch/${video.id}`} />
            </li>
          ))}
        </Shelf>
      )}
      {watchlist.length > 0 && (
        <Shelf title={t`My list`} to="/my-list">
          {watchlist.map(card)}
        </Shelf>
      )}
      {shelves.map(({ id, kind, category, video_ids }) => {
        const [title, query] =
          kind === 'new'
            ? [t`New on ${BRAND}`, 'sort=newest']
            : kind === 'popular'
              ? [t`Popular`, 'sort=popular']
              : [category ?? '', `category=${encodeURIComponent(category ?? '')}`];
        return (
          <Shelf key={id} title={title} to={`/browse?${query}`}>
            {video_ids.flatMap((video) => byId.get(video) ?? []).map(card)}
          </Shelf>
        );
      })}
    </>
  );
}

function Featured({ video, reason }: NonNullable<Home['hero']>) {
  const { data, error } = useVideo(video.id);
  const { video: shown, note, to = `/videos/${video.id}` } = cardOfTitle(video);
  return (
    <Hero
      video={shown}
      note={note}
      eyebrow={reason === 'featured' ? t`Featured` : reason === 'popular' ? t`Popular now` : t`New on ${BRAND}`}
    >
      {/* What the viewer has just watched is the hero until the next answer. It is not offered again. */}
      {data ? <NextStep video={data.completed ? { ...data, completed: false, progress: 0 } : data} /> : !error && <NextStepSkeleton />}
      <ButtonLink to={to} size="lg" icon="info">
        <Trans>More info</Trans>
      </ButtonLink>
    </Hero>
  );
}
