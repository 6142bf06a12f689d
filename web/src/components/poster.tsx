import { useState } from 'react';
import type { Video } from '@/lib/models';
import { classes } from './classes';
import styles from './poster.module.css';

interface PosterProps {
  video: Pick<Video, 'title' | 'poster'>;
  /** How wide it is shown, as an `img` takes it. */
  sizes: string;
  /** The picture that a page is about is fetched first. */
  isFirst?: boolean;
  className?: string;
}

/** A video's picture. Its space and colour are there before it is, and its title when it never comes. */
export function Poster({ video, sizes, isFirst = false, className }: PosterProps) {
  const [state, setState] = useState<'waiting' | 'there' | 'failed'>('waiting');
  const { poster, title } = video;
  return (
    <span className={classes(styles.frame, className)} style={{ backgroundColor: poster?.placeholder }}>
      {poster && state !== 'failed' ? (
        <img
          src={poster.url}
          srcSet={poster.srcset}
          sizes={sizes}
          alt=""
          width={1280}
          height={720}
          loading={isFirst ? 'eager' : 'lazy'}
          fetchPriority={isFirst ? 'high' : 'auto'}
          decoding="async"
          className={classes(styles.image, state === 'there' && styles.there)}
          ref={(image) => {
            // One that came from the cache was there before anybody listened.
            if (image?.complete && image.naturalWidth > 0) setState('there');
          }}
          onLoad={() => setState('there')}
          onError={() => setState('failed')}
        />
      ) : (
        <span className={styles.instead} aria-hidden="true">
          {title}
        </span>
      )}
    </span>
  );
}
