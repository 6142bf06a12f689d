import { createBrowserRouter } from 'react-router';
import type { LoaderFunctionArgs } from 'react-router';
import { categoriesQuery } from '@/lib/queries/use-categories';
import { homeQuery } from '@/features/videos/use-home';
import { videosQuery } from '@/features/videos/use-videos';
import { needCatalogue, withTexts } from '@/lib/i18n/catalogues';
import { plansQuery } from '@/lib/queries/use-plans';
import { subscriptionQuery } from '@/lib/queries/use-subscription';
import { allSeriesQuery, seriesQuery } from '@/lib/queries/use-series';
import { videoQuery } from '@/lib/queries/use-video';
import { queryClient } from '@/lib/query-client';
import { token } from '@/lib/session';
import { Boot } from './boot';
import { RequireSession } from './guards';
import { RouteError } from './route-error';
import { Shell } from './shell';
import { StartPage } from './start-page';
import { warmPlayerSoon } from './warm-player';

const ADMIN = 'admin';

// A page's data is requested while its code is still loading. Nothing waits for it here: the page shows skeletons, data and errors.
// Without a session nothing is requested, because the guard redirects to the sign-in page.
const isSignedIn = () => token() !== null;

function prefetch(...asked: Promise<unknown>[]): null {
  for (const one of asked) one.catch(() => undefined);
  return null;
}

function loadStart() {
  if (isSignedIn()) return prefetch(queryClient.query(homeQuery), queryClient.query(subscriptionQuery));
  const videos = queryClient.infiniteQuery(videosQuery({ sort: 'newest', limit: 20 }));
  return prefetch(videos, queryClient.query(categoriesQuery), queryClient.query(allSeriesQuery), queryClient.query(plansQuery));
}

function loadPlans() {
  const asked: Promise<unknown>[] = [queryClient.query(plansQuery), queryClient.query(categoriesQuery)];
  return isSignedIn() ? prefetch(...asked, queryClient.query(subscriptionQuery)) : prefetch(...asked);
}

function loadVideo({ params: { id = '' } }: LoaderFunctionArgs) {
  return isSignedIn() ? prefetch(queryClient.query(videoQuery(id))) : null;
}

function loadTitle(args: LoaderFunctionArgs) {
  if (isSignedIn()) warmPlayerSoon();
  return loadVideo(args);
}

function loadSeries({ params: { id = '' } }: LoaderFunctionArgs) {
  if (isSignedIn()) warmPlayerSoon();
  return prefetch(queryClient.query(seriesQuery(id)));
}

function loadMyList() {
  return isSignedIn() ? prefetch(queryClient.query(allSeriesQuery)) : null;
}

function loadSubscription() {
  return isSignedIn() ? prefetch(queryClient.query(subscriptionQuery)) : null;
}

export const router = createBrowserRouter(
  [
    {
      path: '/',
      element: <Shell />,
      errorElement: <RouteError />,
      hydrateFallbackElement: <Boot />,
      children: [
        {
          errorElement: <RouteError />,
          children: [
            { index: true, loader: loadStart, element: <StartPage /> },
            { path: 'browse', lazy: withTexts('viewer', () => import('@/features/videos/browse-page')) },
            { path: 'videos/:id', loader: loadTitle, lazy: withTexts('viewer', () => import('./title-page')) },
            { path: 'series/:id', loader: loadSeries, lazy: withTexts('viewer', () => import('@/features/videos/series-page')) },
            { path: 'docs', lazy: withTexts('viewer', () => import('@/features/docs/docs-page')) },
            { path: 'plans', loader: loadPlans, lazy: withTexts('viewer', () => import('@/features/plans/plans-page')) },
            { path: 'sign-in', lazy: withTexts('viewer', () => import('@/features/users/sign-in-page')) },
            { path: 'register', lazy: withTexts('viewer', () => import('@/features/users/register-page')) },
            { path: 'forgot-password', lazy: withTexts('viewer', () => import('@/features/users/forgot-password-page')) },
            { path: 'reset-password', lazy: withTexts('viewer', () => import('@/features/users/reset-password-page')) },
            { path: 'verify-email', lazy: withTexts('viewer', () => import('@/features/users/verify-email-page')) },
            {
              element: <RequireSession />,
              children: [
                { path: 'my-list', loader: loadMyList, lazy: withTexts('viewer', () => import('@/features/videos/my-list-page')) },
                { path: 'history', lazy: withTexts('viewer', () => import('@/features/history/history-page')) },
                { path: 'link', lazy: withTexts('viewer', () => import('@/features/sessions/link-page')) },
                { path: 'subscription/return', lazy: withTexts('viewer', () => import('@/features/subscription/return-page')) },
                {
                  path: 'account',
                  lazy: withTexts('viewer', () => import('./account-layout')),
                  children: [
                    {
                      index: true,
                      loader: loadSubscription,
                      lazy: withTexts('viewer', () => import('@/features/subscription/subscription-page')),
                    },
                    {
                      path: 'plan',
                      loader: loadPlans,
                      lazy: withTexts('viewer', () => import('@/features/subscription/change-plan-page')),
                    },
                    { path: 'invoices', lazy: withTexts('viewer', () => import('@/features/subscription/invoices-page')) },
                    { path: 'devices', lazy: withTexts('viewer', () => import('@/features/sessions/devices-page')) },
                    { path: 'profile', lazy: withTexts('viewer', () => import('@/features/users/profile-page')) },
                  ],
                },
              ],
            },
            // `admin` and all routes below it are in admin-routes.tsx, which viewers do not load.
            { id: ADMIN, children: [] },
            { path: '*', lazy: withTexts('viewer', () => import('./lost-page').then(({ LostPage }) => ({ Component: LostPage }))) },
          ],
        },
      ],
    },
    {
      path: '/watch/:id',
      element: <RequireSession />,
      errorElement: <RouteError />,
      hydrateFallbackElement: <></>,
      children: [{ index: true, loader: loadVideo, lazy: withTexts('viewer', () => import('@/features/playback/watch-page')) }],
    },
  ],
  {
    async patchRoutesOnNavigation({ path, patch }) {
      if (path !== '/admin' && !path.startsWith('/admin/')) return;
      const [{ adminRoutes }] = await Promise.all([import('./admin-routes'), needCatalogue('viewer'), needCatalogue('admin')]);
      patch(ADMIN, adminRoutes);
    },
  },
);
