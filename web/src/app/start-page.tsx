import { Suspense, lazy } from 'react';
import { useIsSignedIn } from '@/lib/session';

const Home = lazy(() => import('@/features/videos/home-page').then(({ Component }) => ({ default: Component })));
const Landing = lazy(() => import('@/features/videos/landing-page').then(({ Component }) => ({ default: Component })));

/** The landing page for visitors, the home page for viewers. */
export function StartPage() {
  const isSignedIn = useIsSignedIn();
  return <Suspense>{isSignedIn ? <Home /> : <Landing />}</Suspense>;
}
