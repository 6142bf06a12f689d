import { useState } from 'react';
import { Navigate } from '@/lib/router/link';
import { useLocation } from '@/lib/router/place';
import { Outlet } from '@/lib/router/routes';
import { signInPath } from '@/lib/return-to';
import { useIsSignedIn, wasSessionLost } from '@/lib/session';

/** Redirects to the sign-in page, and back afterwards, if nobody is signed in or the session has ended. */
export function RequireSession() {
  const isSignedIn = useIsSignedIn();
  const redirect = useSignedOutRedirect();
  return isSignedIn ? <Outlet /> : <Navigate to={redirect} replace />;
}

/** Where to redirect somebody who is not signed in: to the home page if they have just signed out here, or else to the sign-in page. */
export function useSignedOutRedirect(): string {
  const cameIn = useState(useIsSignedIn())[0];
  const { pathname, search } = useLocation();
  return cameIn && !wasSessionLost() ? '/' : signInPath(pathname + search);
}
