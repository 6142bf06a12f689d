import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { Shelf } from '@/components/shelf';
import { VideoCard } from '@/components/video-card';
import { useAllSeries } from '@/lib/queries/use-series';
import { NO_SERIES, cards } from './cards';
import { useRelated } from './use-related';

interface RelatedShelfProps {
  id: string;
  /** What comes below the shelf. It appears together with the shelf, so that nothing shifts. */
  children?: ReactNode;
}

/** The titles that are most like a video or series. There is no shelf if there are none, or if they cannot be loaded. */
export function RelatedShelf({ id, children }: RelatedShelfProps) {
  const related = useRelated(id);
  const series = useAllSeries();
  if (related.isPending || series.isPending) return null;
  const shown = cards(related.data ?? [], series.data ?? NO_SERIES);
  return (
    <>
      {shown.length > 0 && (
        <Shelf title={t`More like this`}>
          {shown.map((card) => (
            <li key={card.video.id}>
              <VideoCard {...card} />
            </li>
          ))}
        </Shelf>
      )}
      {children}
    </>
  );
}
