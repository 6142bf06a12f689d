import { t } from '@lingui/core/macro';
import { ButtonLink } from '@/components/button';
import { Empty } from '@/components/notice';
import { usePageTitle } from '@/lib/page-title';

/** Shown for unknown addresses under /admin. */
export function Component() {
  usePageTitle(t`Page not found`);
  return (
    <Empty isPage icon="search" title={t`Page not found`} text={t`There is no admin page at this address.`}>
      <ButtonLink to="/admin">{t`Go to the dashboard`}</ButtonLink>
    </Empty>
  );
}
