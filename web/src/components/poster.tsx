import { useState } from 'react';
import type { Video } from '@/lib/models';
import { classes } from './classes';
import styles from './poster.module.css';

interface PosterProps {
  video: Pick<Video, 'title' | 'poster'>;
  /** How wide it is shown, as an `img` takes it. */
  sizes: string;
  /** The picture that a page is about: fetched first, and a small one, blurred, stands in until it is there. */
  isFirst?: boolean;
  className?: string;
}

/** A video's picture. Its space and colour are there before it is, and its title when it never comes. */
export function Poster({ video, sizes, isFirst = false, className }: PosterProps) {
  const [state, setState] = useState<'waiting' | 'there' | 'failed'>('waiting');
  const { poster, title } = video;
  return (
    <span className={classes(styles.frame, className)} style={{ backgroundColor: poster?.placeholder }}>
      {isFirst && poster && state !== 'failed' && <img src={smallest(poster.srcset)} alt="" className={styles.preview} />}
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

/** The address of the narrowest picture. */
function smallest(srcset: string): string {
  const [least] = srcset
    .split(', ')
    .map((entry) => entry.split(' '))
    .sort(([, one = ''], [, other = '']) => parseInt(one, 10) - parseInt(other, 10));
  return least?.[0] ?? '';
}
