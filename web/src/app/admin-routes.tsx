import type { Route } from '@/lib/router/routes';
import { RequireAdmin } from './require-admin';

/** The routes under /admin, lazy-loaded, inside these frames. */
export function adminRoutes(around: NonNullable<Route['frames']>): Route[] {
  const frames = [...around, RequireAdmin, { lazy: () => import('./admin-shell') }];
  return [
    { path: '/admin', frames, page: { lazy: () => import('@/features/metrics/dashboard-page') } },
    { path: '/admin/videos', frames, page: { lazy: () => import('@/features/videos/all-videos-page') } },
    { path: '/admin/videos/new', frames, page: { lazy: () => import('@/features/videos/new-video-page') } },
    { path: '/admin/videos/:id', frames, page: { lazy: () => import('@/features/videos/edit-video-page') } },
    { path: '/admin/series', frames, page: { lazy: () => import('@/features/videos/all-series-page') } },
    { path: '/admin/members', frames, page: { lazy: () => import('@/features/members/members-page') } },
    { path: '/admin/members/:id', frames, page: { lazy: () => import('@/features/members/member-page') } },
    { path: '/admin/billing', frames, page: { lazy: () => import('@/features/billing/billing-events-page') } },
    { path: '/admin/billing/drift', frames, page: { lazy: () => import('@/features/billing/drift-page') } },
    { path: '/admin/audit', frames, page: { lazy: () => import('@/features/audit/audit-page') } },
    { path: '/admin/*', frames, page: { lazy: () => import('./lost-room') } },
  ];
}
