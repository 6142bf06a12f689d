import { Skeleton } from '@/components/skeleton';
import styles from './browse-page.module.css';

/** A page of cards that is still loading. */
export function CardSkeletons() {
  return Array.from({ length: 8 }, (_, card) => (
    <li key={`loading-${card}`} aria-hidden="true">
      <Skeleton shape="poster" />
      <Skeleton shape="text" lines={2} className={styles.lines} />
    </li>
  ));
}
