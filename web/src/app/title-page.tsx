import { useState } from 'react';
import { Navigate } from '@/lib/router/link';
import { Component as VideoPage } from '@/features/videos/video-page';
import { VisitorPage } from '@/features/videos/visitor-page';
import { useIsSignedIn } from '@/lib/session';
import { useSignedOutRedirect } from './guards';

/** A video: with the viewer's access and position, or as everybody may see it, which is what a shared link shows. */
export function Component() {
  const isSignedIn = useIsSignedIn();
  const wasSignedIn = useState(isSignedIn)[0];
  const wayOut = useSignedOutRedirect();
  if (isSignedIn) return <VideoPage />;
  return wasSignedIn ? <Navigate to={wayOut} replace /> : <VisitorPage />;
}
