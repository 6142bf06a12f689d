import { useEffect } from 'react';

/** Names the page in the tab, in the history, and to screen readers that follow it. */
export function usePageTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · Marquee` : 'Marquee';
  }, [title]);
}
