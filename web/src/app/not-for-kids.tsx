import { NotForKids } from '@/components/lost';
import { useIsKids } from '@/lib/age-limit';
import { Outlet } from '@/lib/router/routes';

/** Keeps kids profiles away from payments and from the account. */
export function Component() {
  return useIsKids() ? <NotForKids /> : <Outlet />;
}
