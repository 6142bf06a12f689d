import { useState } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { signInPath } from '@/lib/return-to';
import { useIsSignedIn, wasSessionLost } from '@/lib/session';

/** Leads a stranger, or somebody whose session has ended, to the sign-in and back. */
export function RequireSession() {
  const isSignedIn = useIsSignedIn();
  const wayOut = useWayOut();
  return isSignedIn ? <Outlet /> : <Navigate to={wayOut} replace />;
}

/** Where one goes who is not signed in: who came in here and left by their own wish wants no sign-in. */
export function useWayOut(): string {
  const cameIn = useState(useIsSignedIn())[0];
  const { pathname, search } = useLocation();
  return cameIn && !wasSessionLost() ? '/' : signInPath(pathname + search);
}
