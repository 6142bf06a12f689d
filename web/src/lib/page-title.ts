import { useEffect } from 'react';
import { BRAND } from './brand';

/** Names the page in the tab, in the history, and to screen readers that follow it. */
export function usePageTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · ${BRAND}` : BRAND;
  }, [title]);
}
