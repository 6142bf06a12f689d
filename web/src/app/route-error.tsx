import { useEffect } from 'react';
import { useRouteError } from 'react-router';
import { ApiError } from '@/lib/errors/api-error';
import { ErrorNotice } from '@/components/notice';

const RELOADED = 'marquee.reloaded';

/** What a page shows that broke while it was drawn, or whose code could not be loaded. */
export function RouteError() {
  const error = useRouteError();
  useEffect(() => {
    // A release replaced the files that this page was built with: once, a fresh page finds the new ones.
    if (isMissingFile(error) && sessionStorage.getItem(RELOADED) === null && navigator.onLine) {
      sessionStorage.setItem(RELOADED, '1');
      location.reload();
    }
    // Offline they come as soon as the network does.
    const onOnline = () => location.reload();
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, [error]);
  const shown = isMissingFile(error) ? new ApiError('UNREACHABLE', 'The page could not be loaded.', { cause: error }) : error;
  return <ErrorNotice size="page" error={shown} onRetry={() => location.reload()} />;
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script|preload CSS/i.test(error.message);
}
