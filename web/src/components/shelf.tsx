import { t } from '@lingui/core/macro';
import { useEffect, useId, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { Link } from '@/lib/router/link';
import { IconButton } from './button';
import { Icon } from './icon';
import { ErrorNotice } from './notice';
import styles from './shelf.module.css';
import { Loading, Skeleton } from './skeleton';

interface ShelfProps {
  title: string;
  /** The page with all titles of the shelf. */
  to?: string;
  children: ReactNode;
}

/** A row of cards that scrolls sideways. */
export function Shelf({ title, to, children }: ShelfProps) {
  const heading = useId();
  const row = useRef<HTMLUListElement>(null);
  const { hasBefore, hasAfter } = useEnds(row);
  const turn = (direction: 1 | -1) => {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    row.current?.scrollBy({ left: direction * row.current.clientWidth * 0.85, behavior: isStill ? 'auto' : 'smooth' });
  };
  return (
    <section className={styles.shelf} aria-labelledby={heading}>
      <div className={styles.head}>
        <h2 id={heading} className={styles.title}>
          {to ? (
            <Link to={to} className={styles.all}>
              {title}
              <Icon name="next" size={18} />
            </Link>
          ) : (
            title
          )}
        </h2>
        {(hasBefore || hasAfter) && (
          <div className={styles.turn}>
            <IconButton icon="back" label={t`${title}: previous`} disabled={!hasBefore} onClick={() => turn(-1)} />
            <IconButton icon="next" label={t`${title}: next`} disabled={!hasAfter} onClick={() => turn(1)} />
          </div>
        )}
      </div>
      <ul ref={row} className={styles.row}>
        {children}
      </ul>
    </section>
  );
}

/** Whether a row can be scrolled to either side. Scrolls it to cards that a key reaches. */
function useEnds(row: RefObject<HTMLUListElement | null>) {
  const [ends, setEnds] = useState({ hasBefore: false, hasAfter: false });
  useEffect(() => {
    const element = row.current;
    if (!element) return;
    const look = () => {
      const hasBefore = element.scrollLeft > 8;
      const hasAfter = element.scrollLeft + element.clientWidth < element.scrollWidth - 8;
      setEnds((before) => (before.hasBefore === hasBefore && before.hasAfter === hasAfter ? before : { hasBefore, hasAfter }));
    };
    // The observer also reports the initial size.
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    element.addEventListener('focusin', showWhole);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
      element.removeEventListener('focusin', showWhole);
    };
  }, [row]);
  return ends;
}

/** Browsers leave a card that a key reaches partly outside if most of it is visible. */
function showWhole({ target }: Event): void {
  if (!(target instanceof Element) || !target.matches(':focus-visible')) return;
  target.closest('li')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

export function ShelfSkeleton({ title }: { title?: string }) {
  return (
    <div className={styles.shelf}>
      <div className={styles.head}>
        {title ? <h2 className={styles.title}>{title}</h2> : <Skeleton shape="title" className={styles.heading} />}
      </div>
      <Loading label={title ? t`Loading ${title}` : undefined}>
        <div className={styles.row}>
          {Array.from({ length: 6 }, (_, card) => (
            <div key={card}>
              <Skeleton shape="poster" />
              <Skeleton shape="text" lines={2} className={styles.lines} />
            </div>
          ))}
        </div>
      </Loading>
    </div>
  );
}

/** Replaces a shelf that failed to load. The rest of the page works. */
export function ShelfError({ title, error, onRetry }: { title: string; error: unknown; onRetry: () => void }) {
  return (
    <section className={styles.shelf} aria-label={title}>
      <div className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
      </div>
      <div className={styles.failed}>
        <ErrorNotice error={error} onRetry={onRetry} />
      </div>
    </section>
  );
}
