import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { PlanBadge } from '@/components/badge';
import { Poster } from '@/components/poster';
import { Loading, Skeleton } from '@/components/skeleton';
import { length } from '@/lib/format';
import type { Video } from '@/lib/models';
import { placeName } from '@/lib/nouns';
import styles from './hero.module.css';

interface HeroProps {
  video: Video;
  /** A label above the title. */
  eyebrow: string;
  /** The number of seasons or episodes of a series. */
  note?: string;
  /** The buttons. */
  children: ReactNode;
}

/** A featured video with its picture. */
export function Hero({ video, eyebrow, note, children }: HeroProps) {
  return (
    <section className={styles.hero} aria-label={video.title}>
      <div className={styles.light} aria-hidden="true">
        <Poster video={video} sizes="20rem" className={styles.glow} />
      </div>
      <div className={styles.words}>
        <p className={styles.eyebrow}>{eyebrow}</p>
        <h1 className={styles.title}>{video.title}</h1>
        <p className={styles.meta}>
          <PlanBadge plan={video.required_plan} />
          <span>{video.category}</span>
          {note && <span>{note}</span>}
          {video.season && video.episode ? <span>{placeName(video.season, video.episode)}</span> : null}
          {video.duration && <span>{length(video.duration)}</span>}
        </p>
        <p className={styles.description}>{video.description}</p>
        <div className={styles.actions}>{children}</div>
      </div>
      <Poster video={video} sizes="(min-width: 64rem) 54vw, 100vw" isFirst className={styles.picture} />
    </section>
  );
}

export function HeroSkeleton() {
  return (
    <Loading label={t`Loading`}>
      <div className={styles.hero}>
        <div className={styles.words}>
          <Skeleton shape="text" className={styles.short} />
          <Skeleton shape="title" className={styles.title} />
          <Skeleton shape="text" lines={3} />
        </div>
        <Skeleton shape="poster" className={styles.picture} />
      </div>
    </Loading>
  );
}
