import { t } from '@lingui/core/macro';
import { Fragment, useEffect, useRef } from 'react';
import { Link } from '@/lib/router/link';
import { classes } from '@/components/classes';
import { Icon } from '@/components/icon';
import { Poster } from '@/components/poster';
import { length } from '@/lib/format';
import type { Video } from '@/lib/models';
import { seasonName } from '@/lib/nouns';
import styles from './episodes-panel.module.css';

interface EpisodesPanelProps {
  /** The panel's heading: the series's title. */
  name: string;
  episodes: Video[];
  current: Video;
  onClose: () => void;
}

/** The episodes of a series beside the picture, which keeps playing. It takes the focus; Escape or a click elsewhere closes it. */
export function EpisodesPanel({ name, episodes, current, onClose }: EpisodesPanelProps) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const here = panel.current?.querySelector<HTMLElement>('[aria-current]');
    const before = document.activeElement;
    here?.scrollIntoView({ block: 'center' });
    (here ?? panel.current)?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      onClose();
    };
    const onPress = (event: PointerEvent) => {
      // The button that opened the panel closes it itself.
      const target = event.target instanceof Element ? event.target : null;
      if (!panel.current?.contains(target) && !target?.closest('[aria-expanded]')) onClose();
    };
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('pointerdown', onPress);
    return () => {
      window.removeEventListener('keydown', onKey, true);
      window.removeEventListener('pointerdown', onPress);
    };
  }, [onClose]);
  const seasons = new Set(episodes.map(({ season }) => season)).size;
  return (
    <aside ref={panel} className={styles.panel} aria-label={t`Episodes`} tabIndex={-1}>
      <div className={styles.head}>
        <h2 className={styles.name}>{name}</h2>
        <button type="button" className={styles.close} aria-label={t`Close`} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <ol className={styles.list}>
        {episodes.map((video, at) => (
          <Fragment key={video.id}>
            {seasons > 1 && video.season && video.season !== episodes[at - 1]?.season && (
              <li className={styles.season}>{seasonName(video.season)}</li>
            )}
            <li>
              <Link
                to={`/watch/${video.id}`}
                replace
                className={classes(styles.episode, video.id === current.id && styles.current)}
                aria-current={video.id === current.id || undefined}
                onClick={onClose}
              >
                <Poster video={video} sizes="8rem" className={styles.poster} />
                <span className={styles.words}>
                  <span className={styles.title}>
                    {video.episode ? `${video.episode}. ` : ''}
                    {video.title}
                  </span>
                  {video.duration && <span className={styles.length}>{length(video.duration)}</span>}
                </span>
              </Link>
            </li>
          </Fragment>
        ))}
      </ol>
    </aside>
  );
}
