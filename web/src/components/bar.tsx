import { classes } from './classes';
import styles from './bar.module.css';

interface BarProps {
  label: string;
  /** Between 0 and 1; `null` if the progress is unknown. */
  value: number | null;
  /** Whether it makes no progress at the moment. */
  isStill?: boolean;
}

/** A progress bar. */
export function Bar({ label, value, isStill = false }: BarProps) {
  const part = value === null ? undefined : Math.min(1, Math.max(0, value));
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={part === undefined ? undefined : Math.round(part * 100)}
      className={styles.bar}
    >
      <span
        className={classes(styles.part, part === undefined && styles.running, isStill && styles.still)}
        style={part === undefined ? undefined : { transform: `scaleX(${part})` }}
      />
    </span>
  );
}
