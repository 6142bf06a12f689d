import { Navigate, Outlet, useLocation } from 'react-router';
import { signInPath } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';

/** Leads a stranger, or somebody whose session has ended, to the sign-in and back. */
export function RequireSession() {
  const isSignedIn = useIsSignedIn();
  const { pathname, search } = useLocation();
  if (!isSignedIn) return <Navigate to={signInPath(pathname + search)} replace />;
  return <Outlet />;
}
