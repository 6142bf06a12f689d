import { Suspense } from 'react';
import { useIsChoosing } from '@/lib/choosing';
import { Navigate } from '@/lib/router/link';
import { useLocation } from '@/lib/router/place';
import { Catch, Outlet, Routes, prepare } from '@/lib/router/routes';
import type { Params, Route } from '@/lib/router/routes';
import { categoriesQuery } from '@/lib/queries/use-categories';
import { homeQuery } from '@/features/videos/use-home';
import { videosQuery } from '@/features/videos/use-videos';
import { needCatalogue, withTexts } from '@/lib/i18n/catalogues';
import { plansQuery } from '@/lib/queries/use-plans';
import { subscriptionQuery } from '@/lib/queries/use-subscription';
import { allSeriesQuery, seriesQuery } from '@/lib/queries/use-series';
import { videoQuery } from '@/lib/queries/use-video';
import { queryClient } from '@/lib/query-client';
import { profilesPath } from '@/lib/return-to';
import { token, useIsSignedIn } from '@/lib/session';
import { Boot } from './boot';
import { RequireSession } from './guards';
import { RouteError } from './route-error';
import { Shell } from './shell';
import { StartPage } from './start-page';
import { warmPlayerSoon } from './warm-player';

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

function loadVideo({ id = '' }: Params) {
  return isSignedIn() ? prefetch(queryClient.query(videoQuery(id))) : null;
}

function loadTitle(params: Params) {
  if (isSignedIn()) warmPlayerSoon();
  return loadVideo(params);
}

function loadSeries({ id = '' }: Params) {
  if (isSignedIn()) warmPlayerSoon();
  return prefetch(queryClient.query(seriesQuery(id)));
}

function loadMyList() {
  return isSignedIn() ? prefetch(queryClient.query(allSeriesQuery)) : null;
}

function loadSubscription() {
  return isSignedIn() ? prefetch(queryClient.query(subscriptionQuery)) : null;
}

/** The pages inside the header and footer. */
function InShell() {
  return (
    <Shell>
      <Catch fallback={(error) => <RouteError error={error} />}>
        <Outlet />
      </Catch>
    </Shell>
  );
}

const notForKids = { lazy: withTexts('viewer', () => import('./not-for-kids')) };
const account = [InShell, RequireSession, notForKids, { lazy: withTexts('viewer', () => import('./account-layout')) }];

/** One file for both pages: the names of all files are in the code that every first route loads. */
function profilesPage(name: 'ChoosePage' | 'ManagePage') {
  return { lazy: withTexts('viewer', async () => ({ Component: (await import('@/features/profiles/pages'))[name] })) };
}

/** The first route that matches is shown. */
const routes: readonly Route[] = [
  { path: '/', frames: [InShell], load: loadStart, page: StartPage },
  { path: '/browse', frames: [InShell], page: { lazy: withTexts('viewer', () => import('@/features/videos/browse-page')) } },
  { path: '/videos/:id', frames: [InShell], load: loadTitle, page: { lazy: withTexts('viewer', () => import('./title-page')) } },
  {
    path: '/series/:id',
    frames: [InShell],
    load: loadSeries,
    page: { lazy: withTexts('viewer', () => import('@/features/videos/series-page')) },
  },
  { path: '/docs', frames: [InShell], page: { lazy: withTexts('viewer', () => import('@/features/docs/docs-page')) } },
  {
    path: '/profiles',
    frames: [InShell, RequireSession],
    page: profilesPage('ChoosePage'),
  },
  {
    path: '/profiles/manage',
    frames: [InShell, RequireSession, notForKids],
    page: profilesPage('ManagePage'),
  },
  {
    path: '/plans',
    frames: [InShell, notForKids],
    load: loadPlans,
    page: { lazy: withTexts('viewer', () => import('@/features/plans/plans-page')) },
  },
  { path: '/sign-in', frames: [InShell], page: { lazy: withTexts('viewer', () => import('@/features/users/sign-in-page')) } },
  { path: '/register', frames: [InShell], page: { lazy: withTexts('viewer', () => import('@/features/users/register-page')) } },
  {
    path: '/forgot-password',
    frames: [InShell],
    page: { lazy: withTexts('viewer', () => import('@/features/users/forgot-password-page')) },
  },
  { path: '/reset-password', frames: [InShell], page: { lazy: withTexts('viewer', () => import('@/features/users/reset-password-page')) } },
  { path: '/verify-email', frames: [InShell], page: { lazy: withTexts('viewer', () => import('@/features/users/verify-email-page')) } },
  {
    path: '/my-list',
    frames: [InShell, RequireSession],
    load: loadMyList,
    page: { lazy: withTexts('viewer', () => import('@/features/videos/my-list-page')) },
  },
  {
    path: '/history',
    frames: [InShell, RequireSession],
    page: { lazy: withTexts('viewer', () => import('@/features/history/history-page')) },
  },
  {
    path: '/link',
    frames: [InShell, RequireSession, notForKids],
    page: { lazy: withTexts('viewer', () => import('@/features/sessions/link-page')) },
  },
  {
    path: '/subscription/return',
    frames: [InShell, RequireSession, notForKids],
    page: { lazy: withTexts('viewer', () => import('@/features/subscription/return-page')) },
  },
  {
    path: '/account',
    frames: account,
    load: loadSubscription,
    page: { lazy: withTexts('viewer', () => import('@/features/subscription/subscription-page')) },
  },
  {
    path: '/account/plan',
    frames: account,
    load: loadPlans,
    page: { lazy: withTexts('viewer', () => import('@/features/subscription/change-plan-page')) },
  },
  {
    path: '/account/invoices',
    frames: account,
    page: { lazy: withTexts('viewer', () => import('@/features/subscription/invoices-page')) },
  },
  { path: '/account/devices', frames: account, page: { lazy: withTexts('viewer', () => import('@/features/sessions/devices-page')) } },
  { path: '/account/profile', frames: account, page: { lazy: withTexts('viewer', () => import('@/features/users/profile-page')) } },
  {
    path: '/watch/:id',
    frames: [RequireSession],
    load: loadVideo,
    page: { lazy: withTexts('viewer', () => import('@/features/playback/watch-page')) },
  },
  // Viewers do not load the code of these.
  { path: '/admin/*?', more: loadAdmin },
  { path: '*', frames: [InShell], page: { lazy: withTexts('viewer', () => import('./lost-page')) } },
];

async function loadAdmin() {
  const [{ adminRoutes }] = await Promise.all([import('./admin-routes'), needCatalogue('viewer'), needCatalogue('admin')]);
  return adminRoutes([InShell, notForKids]);
}

/** Starts to load the code and the data of the page at a path. */
export function prepareFor(pathname: string): void {
  prepare(routes, pathname);
}

/** The pages that are shown even before a profile is chosen. */
const OPEN = ['/profiles', '/forgot-password', '/reset-password', '/verify-email'];

/** The page for the current address, or first the page that asks who is watching. */
function CurrentPage() {
  const place = useLocation();
  const isSignedIn = useIsSignedIn();
  const isChoosing = useIsChoosing();
  if (isSignedIn && isChoosing && !OPEN.includes(place.pathname)) return <Navigate to={profilesPath(place)} replace />;
  return <Routes routes={routes} />;
}

/** The page of the current address. */
export function Pages() {
  return (
    <Catch fallback={(error) => <RouteError error={error} />}>
      <Suspense fallback={<Boot />}>
        <CurrentPage />
      </Suspense>
    </Catch>
  );
}
