import { useId } from 'react';
import type { ReactNode } from 'react';
import styles from './sheet.module.css';

/** The frame of a settings page: the title, a lead and sections. */
export function SheetPage({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1 className={styles.title}>{title}</h1>
        {lead && <p className={styles.lead}>{lead}</p>}
      </div>
      {children}
    </div>
  );
}

/** A section with a title, on its own sheet. */
export function Sheet({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const heading = useId();
  return (
    <section className={styles.sheet} aria-labelledby={heading}>
      <div className={styles.about}>
        <h2 id={heading} className={styles.name}>
          {title}
        </h2>
        {lead && <p className={styles.lead}>{lead}</p>}
      </div>
      {children}
    </section>
  );
}
