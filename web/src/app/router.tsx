import { createBrowserRouter } from 'react-router';
import type { LoaderFunctionArgs } from 'react-router';
import { categoriesQuery } from '@/features/videos/use-categories';
import { videosQuery } from '@/features/videos/use-videos';
import { plansQuery } from '@/lib/queries/use-plans';
import { subscriptionQuery } from '@/lib/queries/use-subscription';
import { videoQuery } from '@/lib/queries/use-video';
import { queryClient } from '@/lib/query-client';
import { token } from '@/lib/session';
import { RequireSession } from './guards';
import { RouteError } from './route-error';
import { Shell } from './shell';
import { StartPage } from './start-page';

const ADMIN = 'admin';

// A page's data is asked for while its code is still on the way. Nothing waits for it here: the page shows what comes of it,
// skeletons before, and what failed in its place. Who is not signed in is led to the sign-in, and asks nothing.
const isSignedIn = () => token() !== null;

function inPassing(...asked: Promise<unknown>[]): null {
  for (const one of asked) one.catch(() => undefined);
  return null;
}

function loadStart() {
  const videos = queryClient.infiniteQuery(videosQuery({ sort: isSignedIn() ? 'popular' : 'newest', limit: 20 }));
  const categories = queryClient.query(categoriesQuery);
  return isSignedIn() ? inPassing(videos, categories) : inPassing(videos, categories, queryClient.query(plansQuery));
}

function loadPlans() {
  const plans = queryClient.query(plansQuery);
  return isSignedIn() ? inPassing(plans, queryClient.query(subscriptionQuery)) : inPassing(plans);
}

function loadVideo({ params: { id = '' } }: LoaderFunctionArgs) {
  return isSignedIn() ? inPassing(queryClient.query(videoQuery(id))) : null;
}

function loadSubscription() {
  return isSignedIn() ? inPassing(queryClient.query(subscriptionQuery)) : null;
}

export const router = createBrowserRouter(
  [
    {
      path: '/',
      element: <Shell />,
      errorElement: <RouteError />,
      hydrateFallbackElement: <></>,
      children: [
        {
          errorElement: <RouteError />,
          children: [
            { index: true, loader: loadStart, element: <StartPage /> },
            { path: 'browse', lazy: () => import('@/features/videos/browse-page') },
            { path: 'plans', loader: loadPlans, lazy: () => import('@/features/plans/plans-page') },
            { path: 'sign-in', lazy: () => import('@/features/users/sign-in-page') },
            { path: 'register', lazy: () => import('@/features/users/register-page') },
            { path: 'forgot-password', lazy: () => import('@/features/users/forgot-password-page') },
            { path: 'reset-password', lazy: () => import('@/features/users/reset-password-page') },
            {
              element: <RequireSession />,
              children: [
                { path: 'videos/:id', loader: loadVideo, lazy: () => import('@/features/videos/video-page') },
                { path: 'subscription/return', lazy: () => import('@/features/subscription/return-page') },
                {
                  path: 'account',
                  lazy: () => import('./account-layout'),
                  children: [
                    { index: true, loader: loadSubscription, lazy: () => import('@/features/subscription/subscription-page') },
                    { path: 'plan', loader: loadPlans, lazy: () => import('@/features/subscription/change-plan-page') },
                    { path: 'invoices', lazy: () => import('@/features/subscription/invoices-page') },
                    { path: 'devices', lazy: () => import('@/features/sessions/devices-page') },
                    { path: 'profile', lazy: () => import('@/features/users/profile-page') },
                  ],
                },
              ],
            },
            // `admin` and all below it are in admin-routes.tsx, which nobody else loads.
            { id: ADMIN, children: [] },
            { path: '*', lazy: () => import('./lost-page').then(({ LostPage }) => ({ Component: LostPage })) },
          ],
        },
      ],
    },
    {
      path: '/watch/:id',
      element: <RequireSession />,
      errorElement: <RouteError />,
      hydrateFallbackElement: <></>,
      children: [{ index: true, loader: loadVideo, lazy: () => import('@/features/playback/watch-page') }],
    },
  ],
  {
    async patchRoutesOnNavigation({ path, patch }) {
      if (path !== '/admin' && !path.startsWith('/admin/')) return;
      const { adminRoutes } = await import('./admin-routes');
      patch(ADMIN, adminRoutes);
    },
  },
);
