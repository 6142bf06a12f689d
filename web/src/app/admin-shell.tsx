import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'react';
import { isAt } from '@/lib/router/address';
import { Link } from '@/lib/router/link';
import { useLocation } from '@/lib/router/place';
import { Outlet } from '@/lib/router/routes';
import { Icon } from '@/components/icon';
import type { IconName } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { UploadsUnderWay } from '@/features/videos/uploads-under-way';
import styles from './admin-shell.module.css';
import { ConfirmPassword } from './confirm-password';

interface Entry {
  to: string;
  label: string;
  icon: IconName;
  end?: boolean;
  /** Another path whose pages belong to this entry. */
  also?: string;
}

const links = (): Entry[] => [
  { to: '/admin', label: t`Dashboard`, icon: MORE_ICONS.chart, end: true },
  { to: '/admin/videos', label: t`Videos`, icon: 'film', also: '/admin/series' },
  { to: '/admin/members', label: t`Members`, icon: MORE_ICONS.users },
  { to: '/admin/billing', label: t`Billing`, icon: MORE_ICONS.receipt },
  { to: '/admin/audit', label: t`Audit log`, icon: MORE_ICONS.audit },
];

function isCurrent({ to, end = false, also }: Entry, pathname: string): boolean {
  return isAt(to, pathname, end) || (also !== undefined && isAt(also, pathname, false));
}

/** The frame of every admin page. */
export function Component() {
  const pages = useRef<HTMLUListElement>(null);
  const { pathname } = useLocation();
  // On a phone the links are a row that scrolls sideways; the current one is scrolled into view.
  useEffect(() => {
    const here = pages.current?.querySelector<HTMLElement>('[aria-current=page]');
    if (here && pages.current) pages.current.scrollLeft = here.offsetLeft - (pages.current.clientWidth - here.offsetWidth) / 2;
  }, [pathname]);
  return (
    <div className={styles.shell}>
      <nav aria-label={t`Admin pages`} className={styles.rail}>
        <p className={styles.title} aria-hidden="true">
          {t`Admin`}
        </p>
        <ul ref={pages} className={styles.rooms}>
          {links().map((entry) => (
            <li key={entry.to}>
              <Link to={entry.to} aria-current={isCurrent(entry, pathname) ? 'page' : undefined} className={styles.room}>
                <Icon name={entry.icon} size={18} />
                {entry.label}
              </Link>
            </li>
          ))}
        </ul>
        <UploadsUnderWay />
      </nav>
      <div className={styles.page}>
        <Outlet />
      </div>
      <ConfirmPassword />
    </div>
  );
}
