import { t } from '@lingui/core/macro';
import styles from './skeleton.module.css';
import { classes } from './classes';

/** A placeholder for a poster, for lines of text, or for a block as high as its content. */
export function Skeleton({
  shape,
  lines = 1,
  className,
}: {
  shape: 'poster' | 'text' | 'title' | 'block';
  lines?: number;
  className?: string;
}) {
  return (
    <span aria-hidden="true" className={classes(styles.group, className)}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={classes(styles.skeleton, styles[shape])} />
      ))}
    </span>
  );
}

/** Announces that content is loading, and shows placeholders. */
export function Loading({ label = t`Loading`, children }: { label?: string; children: React.ReactNode }) {
  return (
    <div role="status" aria-live="polite">
      <span className="visually-hidden">{label}</span>
      {children}
    </div>
  );
}
