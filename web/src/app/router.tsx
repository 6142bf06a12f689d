import { createBrowserRouter } from 'react-router';
import { RequireSession } from './guards';
import { RouteError } from './route-error';
import { Shell } from './shell';
import { StartPage } from './start-page';

const ADMIN = 'admin';

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
            { index: true, element: <StartPage /> },
            { path: 'browse', lazy: () => import('@/features/videos/browse-page') },
            { path: 'plans', lazy: () => import('@/features/plans/plans-page') },
            { path: 'sign-in', lazy: () => import('@/features/users/sign-in-page') },
            { path: 'register', lazy: () => import('@/features/users/register-page') },
            { path: 'forgot-password', lazy: () => import('@/features/users/forgot-password-page') },
            { path: 'reset-password', lazy: () => import('@/features/users/reset-password-page') },
            {
              element: <RequireSession />,
              children: [
                { path: 'videos/:id', lazy: () => import('@/features/videos/video-page') },
                { path: 'subscription/return', lazy: () => import('@/features/subscription/return-page') },
                {
                  path: 'account',
                  lazy: () => import('./account-layout'),
                  children: [
                    { index: true, lazy: () => import('@/features/subscription/subscription-page') },
                    { path: 'plan', lazy: () => import('@/features/subscription/change-plan-page') },
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
      children: [{ index: true, lazy: () => import('@/features/playback/watch-page') }],
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
