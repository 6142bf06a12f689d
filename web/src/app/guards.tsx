import { Suspense, lazy } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { ErrorNotice } from '@/components/notice';
import { Loading, Skeleton } from '@/components/skeleton';
import { useMe } from '@/lib/queries/use-me';
import { signInPath } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import styles from './page.module.css';

const LostPage = lazy(() => import('./lost-page').then(({ LostPage }) => ({ default: LostPage })));

/** Leads a stranger, or somebody whose session has ended, to the sign-in and back. */
export function RequireSession() {
  const isSignedIn = useIsSignedIn();
  const { pathname, search } = useLocation();
  if (!isSignedIn) return <Navigate to={signInPath(pathname + search)} replace />;
  return <Outlet />;
}

/** For everybody but an operator these pages do not exist. */
export function RequireAdmin() {
  const isSignedIn = useIsSignedIn();
  const { pathname, search } = useLocation();
  const me = useMe();
  if (!isSignedIn) return <Navigate to={signInPath(pathname + search)} replace />;
  if (me.data) return me.data.role === 'admin' ? <Outlet /> : (
      <Suspense>
        <LostPage />
      </Suspense>
    );
  if (me.error) return <ErrorNotice size="page" error={me.error} onRetry={() => void me.refetch()} />;
  return (
    <Loading>
      <div className={styles.page}>
        <Skeleton shape="title" />
        <Skeleton shape="block" />
      </div>
    </Loading>
  );
}
