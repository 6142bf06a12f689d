import { Navigate } from '@/lib/router/link';
import { Outlet } from '@/lib/router/routes';
import { ErrorNotice } from '@/components/notice';
import { Loading, Skeleton } from '@/components/skeleton';
import { useMe } from '@/lib/queries/use-me';
import { useIsSignedIn } from '@/lib/session';
import { ForbiddenPage } from './forbidden-page';
import { useSignedOutRedirect } from './guards';
import styles from './page.module.css';

/** Lets operators through, and shows everybody else that they have no access. */
export function RequireAdmin() {
  const isSignedIn = useIsSignedIn();
  const redirect = useSignedOutRedirect();
  const me = useMe();
  if (!isSignedIn) return <Navigate to={redirect} replace />;
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
