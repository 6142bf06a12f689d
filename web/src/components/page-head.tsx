import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Icon } from './icon';
import styles from './page-head.module.css';

interface PageHeadProps {
  title: ReactNode;
  /** Where this page belongs. */
  back?: { to: string; label: string };
  /** What it is about, in a sentence. */
  lead?: ReactNode;
  /** What to do here. */
  children?: ReactNode;
}

/** The head of an operator's page. */
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

/** What a thing is in a few words and badges, for a page's lead. */
export function Badges({ children }: { children: ReactNode }) {
  return <span className={styles.badges}>{children}</span>;
}
