import { Suspense, lazy } from 'react';
import { useIsSignedIn } from '@/lib/session';

const Home = lazy(() => import('@/features/videos/home-page').then(({ Component }) => ({ default: Component })));
const Landing = lazy(() => import('@/features/videos/landing-page').then(({ Component }) => ({ default: Component })));

/** A stranger sees what Marquee is, a viewer what to watch. */
export function StartPage() {
  const isSignedIn = useIsSignedIn();
  return <Suspense>{isSignedIn ? <Home /> : <Landing />}</Suspense>;
}
