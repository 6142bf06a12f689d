import styles from './logo.module.css';

/** The name in lights. */
export function Logo() {
  return (
    <span className={styles.logo}>
      <span className={styles.bulbs} aria-hidden="true" />
      marquee
    </span>
  );
}
