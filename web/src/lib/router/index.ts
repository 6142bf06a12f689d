/** The app's router: addresses, links, code and data on demand, frames around pages, scroll positions. */
export { Link, NavLink, Navigate } from './link';
export type { LinkProps } from './link';
export { PlaceProvider, ScrollRestoration, useIsPending, useLocation, useNavigate, useSearchParams } from './place';
export { Catch, Outlet, Routes, prepare, useParams } from './routes';
export type { Params, Route } from './routes';
