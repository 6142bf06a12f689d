import { ButtonLink } from '@/components/button';
import { Empty } from '@/components/notice';
import { usePageTitle } from '@/lib/page-title';

/** An address below /admin that leads nowhere. */
export function Component() {
  usePageTitle('No such room');
  return (
    <Empty isPage icon="search" title="No such room" text="There is nothing at this address behind the screen.">
      <ButtonLink to="/admin">To the dashboard</ButtonLink>
    </Empty>
  );
}
