import { useEffect } from 'react';
import { ApiError } from '@/lib/errors/api-error';
import { explain } from '@/lib/errors/explain';
import { ErrorNotice } from '@/components/notice';
import { usePageTitle } from '@/lib/page-title';
import { isMissingFile } from './missing-file';

const RELOADED = 'marquee.reloaded';

/** The error of a page that failed to render, or whose code could not be loaded. */
export function RouteError({ error }: { error: unknown }) {
  useEffect(() => {
    // A release may have replaced the files of this build. Reload once to get the new ones.
    if (isMissingFile(error) && sessionStorage.getItem(RELOADED) === null && navigator.onLine) {
      sessionStorage.setItem(RELOADED, '1');
      location.reload();
    }
    // Offline, the retry works as soon as the network is back.
    const onOnline = () => location.reload();
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, [error]);
  const shown = isMissingFile(error) ? new ApiError('UNREACHABLE', 'The page could not be loaded.', { cause: error }) : error;
  usePageTitle(explain(shown).title);
  return <ErrorNotice size="page" error={shown} onRetry={() => location.reload()} />;
}
