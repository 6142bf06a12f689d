import type { ReactNode } from 'react';
import { Link } from '@/lib/router/link';
import styles from './row-link.module.css';

/** A table row's name, with a line of details below it. The whole row is the link. */
export function RowLink({ to, meta, children }: { to: string; meta?: ReactNode; children: ReactNode }) {
  return (
    <span className={styles.words}>
      <Link to={to} className={styles.link}>
        {children}
      </Link>
      <span className={styles.meta}>{meta}</span>
    </span>
  );
}
