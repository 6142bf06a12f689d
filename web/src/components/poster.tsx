import { useState } from 'react';
import type { Video } from '@/lib/models';
import { savesData } from '@/lib/network';
import { classes } from './classes';
import styles from './poster.module.css';

/** The displayed width that is requested if the viewer saves data: the narrowest picture is then enough on every screen. */
const SAVING = '100px';

interface PosterProps {
  video: Pick<Video, 'title' | 'poster'>;
  /** The displayed width, in the format of `sizes`. */
  sizes: string;
  /** Whether it is the page's main picture: it is fetched first, and a small, blurred one is shown until it has loaded. */
  isFirst?: boolean;
  className?: string;
}

/** A video's picture. Its space and colour are reserved, and its title is shown if it fails to load. */
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
          sizes={savesData() ? SAVING : sizes}
          alt=""
          width={1280}
          height={720}
          loading={isFirst ? 'eager' : 'lazy'}
          fetchPriority={isFirst ? 'high' : 'auto'}
          decoding="async"
          className={classes(styles.image, state === 'there' && styles.there)}
          ref={(image) => {
            // A cached picture has loaded before the listener was added.
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

/** The URL of the narrowest picture. */
function smallest(srcset: string): string {
  const [least] = srcset
    .split(', ')
    .map((entry) => entry.split(' '))
    .sort(([, one = ''], [, other = '']) => parseInt(one, 10) - parseInt(other, 10));
  return least?.[0] ?? '';
}
