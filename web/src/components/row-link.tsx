import type { ReactNode } from 'react';
import { Link } from 'react-router';
import styles from './row-link.module.css';

/** What a row of a table is called, with a word more below it; the whole row leads there. */
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
