import type { RouteObject } from 'react-router';

/** What stands below /admin; loaded when somebody goes there. Pages are lazy: `{ path, lazy: () => import(…) }`. */
export const adminRoutes: RouteObject[] = [];
