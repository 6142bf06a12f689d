import styles from './logo.module.css';

/** The service's name as a logo. */
export function Logo() {
  return (
    <span className={styles.logo}>
      <span className={styles.bulbs} aria-hidden="true" />
      marquee
    </span>
  );
}
