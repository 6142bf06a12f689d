import { useRef } from 'react';
import { Shelf, ShelfError, ShelfSkeleton } from '@/components/shelf';
import { VideoCard } from '@/components/video-card';
import type { Video } from '@/lib/models';
import { useNear } from '@/lib/use-near';
import { useVideos } from './use-videos';
import type { VideoFilter } from './use-videos';

interface VideoShelfProps {
  title: string;
  filter: VideoFilter;
  to?: string;
  /** One that the page shows elsewhere. */
  without?: string;
  /** Of a series the first that comes stands for all of it. */
  isOnePerSeries?: boolean;
  /** The order that they stand in; that of the list unless given. */
  order?: (one: Video, other: Video) => number;
}

/** A shelf of what a filter lets through; asked for when it comes near, and nothing where there is nothing. */
export function VideoShelf({ title, filter, to, without, isOnePerSeries = false, order }: VideoShelfProps) {
  const place = useRef<HTMLDivElement>(null);
  const isNear = useNear(place);
  const videos = useVideos({ limit: 20, ...filter }, { enabled: isNear });
  const listed = videos.data?.pages.flatMap((page) => page.items).filter((video) => video.id !== without);
  const chosen = isOnePerSeries ? listed?.filter(isFirstOfSeries) : listed;
  const shown = order ? chosen?.toSorted(order) : chosen;
  return (
    <div ref={place}>
      {shown ? (
        shown.length > 0 && (
          <Shelf title={title} to={to}>
            {shown.map((video) => (
              <li key={video.id}>
                <VideoCard video={video} />
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

export function isFirstOfSeries(video: Video, at: number, all: Video[]): boolean {
  return !video.series_id || all.findIndex((other) => other.series_id === video.series_id) === at;
}
