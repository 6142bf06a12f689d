import { useEffect } from 'react';
import { useRouteError } from 'react-router';
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
  }, [error]);
  return <ErrorNotice size="page" error={error} onRetry={() => location.reload()} />;
}

function isMissingFile(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
}
