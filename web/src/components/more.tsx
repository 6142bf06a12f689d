import { Trans } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { Button } from './button';
import styles from './more.module.css';

/** The end of a paginated list: loads more when it comes near, or with a button for the keyboard. */
export function More({ isBusy, onMore }: { isBusy: boolean; onMore: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element || isBusy) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && onMore(), { rootMargin: '800px' });
    observer.observe(element);
    return () => observer.disconnect();
  }, [isBusy, onMore]);
  return (
    <div ref={place} className={styles.more}>
      <Button busy={isBusy} onClick={onMore}>
        <Trans>Show more</Trans>
      </Button>
    </div>
  );
}
