import { createBrowserRouter } from 'react-router';
import { LostPage } from './lost-page';
import { RequireAdmin, RequireSession } from './guards';
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
              ],
            },
            // Its children are in admin-routes.tsx, which nobody else loads.
            { id: ADMIN, path: 'admin', element: <RequireAdmin />, children: [] },
            { path: '*', element: <LostPage /> },
          ],
        },
      ],
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
