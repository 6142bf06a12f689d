import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'react';
import { Button } from '@/components/button';
import { Poster } from '@/components/poster';
import type { Video } from '@/lib/models';
import styles from './next-episode-offer.module.css';

const COUNT_FROM = 8;

interface NextEpisodeProps {
  video: Video;
  hasEnded: boolean;
  /** Whether something else has the viewer's attention: the offer is hidden and the countdown stops. */
  isHidden: boolean;
  /** Whether the next episode starts automatically. */
  goesOn: boolean;
  onPlay: () => void;
}

/** Offers the next episode near the end. After the end it starts automatically, unless the viewer cancels. */
export function NextEpisode({ video, hasEnded, isHidden, goesOn, onPlay }: NextEpisodeProps) {
  const [isDeclined, setIsDeclined] = useState(false);
  const [left, setLeft] = useState(COUNT_FROM);
  const isCounting = hasEnded && !isDeclined && !isHidden && goesOn;
  useEffect(() => {
    if (!isCounting) return;
    const timer = setTimeout(() => (left <= 1 ? onPlay() : setLeft(left - 1)), 1000);
    return () => clearTimeout(timer);
  }, [isCounting, left, onPlay]);
  if (isHidden || (isDeclined && !hasEnded)) return null;
  return (
    <aside className={styles.offer} aria-label={t`Next episode`}>
      <Poster video={video} sizes="18rem" />
      <div className={styles.words}>
        <p className={styles.eyebrow}>{isCounting ? t`Next episode in ${left}` : t`Next episode`}</p>
        <p className={styles.title}>{video.title}</p>
        <div className={styles.actions}>
          <Button look="primary" size="sm" icon="play" onClick={onPlay}>
            <Trans>Play now</Trans>
          </Button>
          {!isDeclined && (
            <Button size="sm" className={styles.no} onClick={() => setIsDeclined(true)}>
              <Trans>Cancel</Trans>
            </Button>
          )}
        </div>
      </div>
    </aside>
  );
}
