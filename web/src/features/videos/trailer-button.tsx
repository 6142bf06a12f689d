import { Trans } from '@lingui/react/macro';
import { Suspense, lazy, useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Skeleton } from '@/components/skeleton';
import type { Title } from '@/lib/models';

// The library that plays HLS.
const TrailerVideo = lazy(() => import('./trailer-video'));

/** Plays the trailer in a dialog. It needs no account. */
export function TrailerButton({ title }: { title: Title | undefined }) {
  const [isOpen, setIsOpen] = useState(false);
  if (!title?.trailer) return null;
  return (
    <>
      <Button size="lg" icon="film" onClick={() => setIsOpen(true)}>
        <Trans>Trailer</Trans>
      </Button>
      <Dialog open={isOpen} onClose={() => setIsOpen(false)} title={title.title}>
        <Suspense fallback={<Skeleton shape="poster" />}>
          <TrailerVideo url={title.trailer.playback_url} poster={title.trailer.poster?.url} />
        </Suspense>
      </Dialog>
    </>
  );
}
