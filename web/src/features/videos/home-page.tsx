import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { ButtonLink } from '@/components/button';
import { Empty, ErrorNotice } from '@/components/notice';
import { Shelf, ShelfError, ShelfSkeleton } from '@/components/shelf';
import { VideoCard } from '@/components/video-card';
import { BRAND } from '@/lib/brand';
import type { Category, Video } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { Hero, HeroSkeleton } from './hero';
import styles from './home-page.module.css';
import { NextStep, NextStepSkeleton } from './next-step';
import { useCategories } from '@/lib/queries/use-categories';
import { useContinueWatching } from './use-continue-watching';
import { useVideo } from '@/lib/queries/use-video';
import { useVideos } from './use-videos';
import { VideoShelf } from './video-shelf';

export function Component() {
  usePageTitle(null);
  const popular = useVideos({ sort: 'popular', limit: 20 });
  const categories = useCategories();
  const begun = useContinueWatching();
  const listed = popular.data?.pages[0]?.items;
  // Prefer a film, because an episode may be in the middle of a story.
  const first = listed?.find(({ series_id }) => !series_id) ?? listed?.[0];
  // The rows appear together, because a later or empty one would shift those below it. They do not wait for a row that has failed.
  const isWaiting = (popular.isPending && popular.failureCount === 0) || isUndecided(begun);
  if (isWaiting) {
    return (
      <div className={styles.home}>
        <HeroSkeleton />
        <ShelfSkeleton />
      </div>
    );
  }
  return (
    <div className={styles.home}>
      <Featured popular={popular} first={first} />
      <ContinueWatching begun={begun} />
      <VideoShelf title={t`New on ${BRAND}`} filter={{ sort: 'newest' }} to="/browse?sort=newest" />
      <VideoShelf title={t`Popular`} filter={{ sort: 'popular' }} to="/browse?sort=popular" without={first?.id} />
      {categories.data?.filter(hasCompany).map(({ category }) => (
        <VideoShelf key={category} title={category} filter={{ category }} to={`/browse?category=${encodeURIComponent(category)}`} />
      ))}
      {categories.error && <ShelfError title={t`Categories`} error={categories.error} onRetry={() => void categories.refetch()} />}
    </div>
  );
}

/** A category needs at least two videos for a shelf. */
const hasCompany = ({ count }: Category) => count > 1;

function Featured({ popular, first }: { popular: ReturnType<typeof useVideos>; first: Video | undefined }) {
  const shown = useVideo(first?.id);
  if (popular.error && !popular.data) return <ErrorNotice size="page" error={popular.error} onRetry={() => void popular.refetch()} />;
  if (!popular.data) return <HeroSkeleton />;
  if (!first) return <Empty icon="film" title={t`Nothing to watch yet`} text={t`New titles will appear here.`} />;
  return (
    <Hero video={first} eyebrow={t`Popular now`}>
      {shown.data ? <NextStep video={shown.data} /> : !shown.error && <NextStepSkeleton />}
      <ButtonLink to={`/videos/${first.id}`} size="lg" icon="info">
        <Trans>More info</Trans>
      </ButtonLink>
    </Hero>
  );
}

type BegunQuery = ReturnType<typeof useContinueWatching>;

/** Whether it is still unknown if there is something to continue. A cached empty list may be out of date. */
function isUndecided({ data, isFetching, isFetchedAfterMount, failureCount }: BegunQuery): boolean {
  if (failureCount > 0) return false;
  return data ? data.items.length === 0 && isFetching && !isFetchedAfterMount : isFetching;
}

function ContinueWatching({ begun }: { begun: BegunQuery }) {
  if (begun.error && !begun.data)
    return <ShelfError title={t`Continue watching`} error={begun.error} onRetry={() => void begun.refetch()} />;
  if (!begun.data) return <ShelfSkeleton title={t`Continue watching`} />;
  if (begun.data.items.length === 0) return null;
  return (
    <Shelf title={t`Continue watching`}>
      {begun.data.items.map(({ video, progress }) => (
        <li key={video.id}>
          <VideoCard video={video} progress={progress} to={`/watch/${video.id}`} />
        </li>
      ))}
    </Shelf>
  );
}
