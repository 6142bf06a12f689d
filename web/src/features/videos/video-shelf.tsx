import { useRef } from 'react';
import { Shelf, ShelfError, ShelfSkeleton } from '@/components/shelf';
import { VideoCard } from '@/components/video-card';
import type { Video } from '@/lib/models';
import { useAllSeries } from '@/lib/queries/use-series';
import { useNear } from '@/lib/use-near';
import { NO_SERIES, cards } from './cards';
import { useVideos } from './use-videos';
import type { VideoFilter } from './use-videos';

interface VideoShelfProps {
  title: string;
  filter: VideoFilter;
  to?: string;
  /** A video that the page shows elsewhere. */
  without?: string;
  /** Whether each episode is a separate card. Otherwise a series is one card. */
  showsEpisodes?: boolean;
  /** The order of the videos. The default is that of the list. */
  order?: (one: Video, other: Video) => number;
}

/** A shelf of the videos that match a filter, loaded when it comes near. Renders nothing if there are none. */
export function VideoShelf({ title, filter, to, without, showsEpisodes = false, order }: VideoShelfProps) {
  const place = useRef<HTMLDivElement>(null);
  const isNear = useNear(place);
  const videos = useVideos({ limit: 20, ...filter }, { enabled: isNear });
  const series = useAllSeries();
  const listed = videos.data?.pages.flatMap((page) => page.items).filter((video) => video.id !== without);
  const sorted = order ? listed?.toSorted(order) : listed;
  // Wait for the series, or it would first show episodes and then replace them.
  const shown =
    series.isPending && !showsEpisodes ? undefined : sorted && cards(sorted, showsEpisodes ? NO_SERIES : (series.data ?? NO_SERIES));
  return (
    <div ref={place}>
      {shown ? (
        shown.length > 0 && (
          <Shelf title={title} to={to}>
            {shown.map((card) => (
              <li key={card.video.id}>
                <VideoCard {...card} />
              </li>
            ))}
          </Shelf>
        )
      ) : videos.error ? (
        <ShelfError title={title} error={videos.error} onRetry={() => void videos.refetch()} />
      ) : (
        <ShelfSkeleton title={title} />
      )}
    </div>
  );
}
