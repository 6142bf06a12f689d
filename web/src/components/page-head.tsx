import type { ReactNode } from 'react';
import { Link } from '@/lib/router/link';
import { Icon } from './icon';
import styles from './page-head.module.css';

interface PageHeadProps {
  title: ReactNode;
  /** The parent page. */
  back?: { to: string; label: string };
  /** A sentence about the page. */
  lead?: ReactNode;
  /** The page's buttons. */
  children?: ReactNode;
}

/** The head of an admin page. */
export function PageHead({ title, back, lead, children }: PageHeadProps) {
  return (
    <header className={styles.head}>
      <div className={styles.words}>
        {back && (
          <Link to={back.to} className={styles.back}>
            <Icon name="back" size={16} />
            {back.label}
          </Link>
        )}
        <h1 className={styles.title}>{title}</h1>
        {lead && <div className={styles.lead}>{lead}</div>}
      </div>
      {children && <div className={styles.actions}>{children}</div>}
    </header>
  );
}

/** Text and badges in a row, for a page's lead. */
export function Badges({ children }: { children: ReactNode }) {
  return <span className={styles.badges}>{children}</span>;
}
