import { useEffect } from 'react';
import { BRAND } from './brand';

/** Sets the page's title in the tab, in the history, and for screen readers. */
export function usePageTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · ${BRAND}` : BRAND;
  }, [title]);
}
