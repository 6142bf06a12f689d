import type { ReactNode } from 'react';
import styles from './columns.module.css';
import { Skeleton } from './skeleton';

/** The two columns of a detail page: the main panels, and beside them, if there is room, the facts. */
export function Columns({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className={styles.columns}>
      <div className={styles.column}>{children}</div>
      <div className={styles.column}>{aside}</div>
    </div>
  );
}

export function ColumnsSkeleton() {
  return (
    <div className={styles.columns}>
      <Skeleton shape="block" className={styles.waiting} />
      <Skeleton shape="block" className={styles.waiting} />
    </div>
  );
}
