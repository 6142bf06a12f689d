import { Navigate, Outlet, useLocation } from 'react-router';
import { ErrorNotice } from '@/components/notice';
import { Loading, Skeleton } from '@/components/skeleton';
import { useMe } from '@/lib/queries/use-me';
import { signInPath } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import { ForbiddenPage } from './forbidden-page';
import styles from './page.module.css';

/** Lets operators through; whoever else comes is told that this is not for them. */
export function RequireAdmin() {
  const isSignedIn = useIsSignedIn();
  const { pathname, search } = useLocation();
  const me = useMe();
  if (!isSignedIn) return <Navigate to={signInPath(pathname + search)} replace />;
  if (me.data) return me.data.role === 'admin' ? <Outlet /> : <ForbiddenPage />;
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
