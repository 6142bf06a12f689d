import { t } from '@lingui/core/macro';
import { Suspense, lazy } from 'react';
import { Link } from '@/lib/router/link';
import { clock, length } from '@/lib/format';
import type { Video } from '@/lib/models';
import { withTexts } from '@/lib/i18n/catalogues';
import { shortPlace } from '@/lib/nouns';
import { useIsSignedIn } from '@/lib/session';
import { PlanBadge } from './badge';
import { Icon } from './icon';
import { Poster } from './poster';
import styles from './video-card.module.css';
import { WatchedBar } from './watched-bar';

const ListButton = lazy(withTexts('viewer', () => import('./list-button').then(({ ListMark }) => ({ default: ListMark }))));

interface VideoCardProps {
  video: Video;
  sizes?: string;
  /** The card's link. The default is the video's page. */
  to?: string;
  /** The watched seconds, for a video in Continue watching. */
  progress?: number;
  /** A note beside the plan. */
  note?: string;
  /** Whether it can be put on the viewer's list here. */
  hasMark?: boolean;
}

export function VideoCard({
  video,
  sizes = '(min-width: 90rem) 22rem, (min-width: 60rem) 24vw, (min-width: 36rem) 44vw, 72vw',
  to,
  progress,
  note,
  hasMark = true,
}: VideoCardProps) {
  const isSignedIn = useIsSignedIn();
  const left = clock(Math.max(0, (video.duration ?? 0) - (progress ?? 0)));
  const watched = progress && video.duration ? Math.min(1, progress / video.duration) : 0;
  return (
    <div className={styles.card}>
      <Link to={to ?? `/videos/${video.id}`} className={styles.link}>
        <span className={styles.picture}>
          <Poster video={video} sizes={sizes} />
          <span className={styles.play} aria-hidden="true">
            <Icon name="play" size={26} />
          </span>
          <WatchedBar share={watched} className={styles.track} />
        </span>
        <span className={styles.title}>{video.title}</span>
        <span className={styles.meta}>
          <PlanBadge plan={video.required_plan} />
          {note && <span>{note}</span>}
          {video.season && video.episode ? <span>{shortPlace(video.season, video.episode)}</span> : null}
          {progress && video.duration ? <span>{t`${left} left`}</span> : video.duration && <span>{length(video.duration)}</span>}
        </span>
      </Link>
      {isSignedIn && hasMark && (
        <Suspense>
          <ListButton video={video} className={styles.mark} />
        </Suspense>
      )}
    </div>
  );
}
