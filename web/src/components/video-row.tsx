import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Link } from '@/lib/router/link';
import type { Video } from '@/lib/models';
import { Icon } from './icon';
import { Poster } from './poster';
import styles from './video-row.module.css';
import { WatchedBar } from './watched-bar';

interface VideoRowProps {
  video: Video;
  title: string;
  /** The share of the video that was watched, from 0 to 1; 0 shows no bar. */
  share: number;
  /** What is known about the video, before the mark of a watched one. */
  facts: ReactNode;
  isWatched: boolean;
  /** What follows the mark. */
  progress: ReactNode;
  description?: string;
  /** The button beside the link. */
  action: ReactNode;
}

/** A video in a vertical list: its picture with the progress, what is known about it, and a button. */
export function VideoRow({ video, title, share, facts, isWatched, progress, description, action }: VideoRowProps) {
  return (
    <div className={styles.row}>
      <Link to={`/videos/${video.id}`} className={styles.link}>
        <span className={styles.picture}>
          <Poster video={video} sizes="clamp(7rem, 22vw, 14rem)" />
          <WatchedBar share={share} className={styles.track} />
        </span>
        <span className={styles.words}>
          <span className={styles.title}>{title}</span>
          <span className={styles.meta}>
            {facts}
            {isWatched && (
              <span className={styles.mark}>
                <Icon name="check" size={16} />
                <Trans>Watched</Trans>
              </span>
            )}
            {progress}
          </span>
          {description !== undefined && <span className={styles.description}>{description}</span>}
        </span>
      </Link>
      {action}
    </div>
  );
}
