import { classes } from './classes';
import styles from './watched-bar.module.css';

/** How much of a video was watched, as a bar over its picture; `className` places it. Without a position there is no bar. */
export function WatchedBar({ share, className }: { share: number; className: string | undefined }) {
  if (share <= 0) return null;
  return (
    <span className={classes(styles.track, className)} aria-hidden="true">
      <span className={styles.watched} style={{ transform: `scaleX(${share})` }} />
    </span>
  );
}
