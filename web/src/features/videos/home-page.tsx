import { ButtonLink } from '@/components/button';
import { Empty, ErrorNotice } from '@/components/notice';
import { Shelf, ShelfError } from '@/components/shelf';
import { VideoCard } from '@/components/video-card';
import type { Category } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { Hero, HeroSkeleton } from './hero';
import styles from './home-page.module.css';
import { NextStep } from './next-step';
import { useCategories } from './use-categories';
import { useContinueWatching } from './use-continue-watching';
import { useVideo } from '@/lib/queries/use-video';
import { useVideos } from './use-videos';
import { VideoShelf } from './video-shelf';

export function Component() {
  usePageTitle(null);
  const popular = useVideos({ sort: 'popular', limit: 20 });
  const categories = useCategories();
  const first = popular.data?.pages[0]?.items[0];
  return (
    <div className={styles.home}>
      <Featured popular={popular} />
      <ContinueWatching />
      <VideoShelf title="New on Marquee" filter={{ sort: 'newest' }} to="/browse?sort=newest" isOnePerSeries />
      <VideoShelf title="Everybody watches" filter={{ sort: 'popular' }} to="/browse?sort=popular" without={first?.id} isOnePerSeries />
      {categories.data?.filter(hasCompany).map(({ category }) => (
        <VideoShelf key={category} title={category} filter={{ category }} to={`/browse?category=${encodeURIComponent(category)}`} />
      ))}
      {categories.error && <ShelfError title="Categories" error={categories.error} onRetry={() => void categories.refetch()} />}
    </div>
  );
}

/** One video alone makes no shelf; it is among the new ones and in the list. */
const hasCompany = ({ count }: Category) => count > 1;

function Featured({ popular }: { popular: ReturnType<typeof useVideos> }) {
  const first = popular.data?.pages[0]?.items[0];
  const shown = useVideo(first?.id);
  if (popular.error && !popular.data) return <ErrorNotice size="page" error={popular.error} onRetry={() => void popular.refetch()} />;
  if (!popular.data) return <HeroSkeleton />;
  if (!first) return <Empty icon="film" title="The curtain is still down" text="Nothing has been published yet. Look in again soon." />;
  return (
    <Hero video={first} eyebrow="Everybody is watching">
      {shown.data && <NextStep video={shown.data} />}
      <ButtonLink to={`/videos/${first.id}`} size="lg" icon="info">
        More about it
      </ButtonLink>
    </Hero>
  );
}

function ContinueWatching() {
  const begun = useContinueWatching();
  if (begun.error) return <ShelfError title="Continue watching" error={begun.error} onRetry={() => void begun.refetch()} />;
  // Most people have some, but for who has none a row that appears and goes would only startle.
  if (!begun.data || begun.data.items.length === 0) return null;
  return (
    <Shelf title="Continue watching">
      {begun.data.items.map(({ video, progress }) => (
        <li key={video.id}>
          <VideoCard video={video} progress={progress} to={`/watch/${video.id}`} />
        </li>
      ))}
    </Shelf>
  );
}
