import type { ReactNode } from 'react';
import styles from './auth-frame.module.css';

/** The frame of the sign-in page and similar pages. */
export function AuthFrame({ title, lead, children, below }: { title: string; lead?: ReactNode; children: ReactNode; below?: ReactNode }) {
  return (
    <div className={styles.frame}>
      <div className={styles.panel}>
        <div className={styles.head}>
          <h1 className={styles.title}>{title}</h1>
          {lead && <p className={styles.lead}>{lead}</p>}
        </div>
        {children}
        {below && <p className={styles.below}>{below}</p>}
      </div>
    </div>
  );
}
