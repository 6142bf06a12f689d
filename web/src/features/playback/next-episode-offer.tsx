import { useEffect, useState } from 'react';
import { Button } from '@/components/button';
import { Poster } from '@/components/poster';
import type { Video } from '@/lib/models';
import styles from './next-episode-offer.module.css';

const COUNT_FROM = 8;

interface NextEpisodeProps {
  video: Video;
  hasEnded: boolean;
  onPlay: () => void;
}

/** Offers the next episode near the end; when it has come, goes on by itself unless somebody says no. */
export function NextEpisode({ video, hasEnded, onPlay }: NextEpisodeProps) {
  const [isDeclined, setIsDeclined] = useState(false);
  const [left, setLeft] = useState(COUNT_FROM);
  const isCounting = hasEnded && !isDeclined;
  useEffect(() => {
    if (!isCounting) return;
    const timer = setTimeout(() => (left <= 1 ? onPlay() : setLeft(left - 1)), 1000);
    return () => clearTimeout(timer);
  }, [isCounting, left, onPlay]);
  if (isDeclined && !hasEnded) return null;
  return (
    <aside className={styles.offer} aria-label="Next episode">
      <Poster video={video} sizes="18rem" className={styles.poster} />
      <div className={styles.words}>
        <p className={styles.eyebrow}>{isCounting ? `Next episode in ${left}` : 'Next episode'}</p>
        <p className={styles.title}>{video.title}</p>
        <div className={styles.actions}>
          <Button look="primary" size="sm" icon="play" onClick={onPlay}>
            Play it
          </Button>
          {!isDeclined && (
            <Button size="sm" className={styles.no} onClick={() => setIsDeclined(true)}>
              Not now
            </Button>
          )}
        </div>
      </div>
    </aside>
  );
}
