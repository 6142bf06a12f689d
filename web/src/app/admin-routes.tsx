import type { RouteObject } from 'react-router';
import { RequireAdmin } from './require-admin';

/** The routes under /admin, lazy-loaded. */
export const adminRoutes: RouteObject[] = [
  {
    element: <RequireAdmin />,
    children: [
      {
        path: 'admin',
        lazy: () => import('./admin-shell'),
        children: [
          { index: true, lazy: () => import('@/features/metrics/dashboard-page') },
          { path: 'videos', lazy: () => import('@/features/videos/all-videos-page') },
          { path: 'videos/new', lazy: () => import('@/features/videos/new-video-page') },
          { path: 'videos/:id', lazy: () => import('@/features/videos/edit-video-page') },
          { path: 'series', lazy: () => import('@/features/videos/all-series-page') },
          { path: 'members', lazy: () => import('@/features/members/members-page') },
          { path: 'members/:id', lazy: () => import('@/features/members/member-page') },
          { path: 'billing', lazy: () => import('@/features/billing/billing-events-page') },
          { path: 'billing/drift', lazy: () => import('@/features/billing/drift-page') },
          { path: 'audit', lazy: () => import('@/features/audit/audit-page') },
          { path: '*', lazy: () => import('./lost-room') },
        ],
      },
    ],
  },
];
