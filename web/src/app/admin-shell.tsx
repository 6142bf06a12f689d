import { useEffect, useRef } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { Icon } from '@/components/icon';
import type { IconName } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { UploadsUnderWay } from '@/features/videos/uploads-under-way';
import styles from './admin-shell.module.css';

const ROOMS: { to: string; label: string; icon: IconName; end?: boolean }[] = [
  { to: '/admin', label: 'Dashboard', icon: MORE_ICONS.chart, end: true },
  { to: '/admin/videos', label: 'Videos', icon: 'film' },
  { to: '/admin/members', label: 'Members', icon: MORE_ICONS.users },
  { to: '/admin/billing', label: 'Billing', icon: MORE_ICONS.receipt },
  { to: '/admin/audit', label: 'Audit', icon: MORE_ICONS.audit },
];

/** What stands around every operator's page. */
export function Component() {
  const rooms = useRef<HTMLUListElement>(null);
  const { pathname } = useLocation();
  // On a phone the rooms are a row that goes on beyond the edge; the one where one is stands in sight.
  useEffect(() => {
    const here = rooms.current?.querySelector<HTMLElement>('[aria-current=page]');
    if (here && rooms.current) rooms.current.scrollLeft = here.offsetLeft - (rooms.current.clientWidth - here.offsetWidth) / 2;
  }, [pathname]);
  return (
    <div className={styles.shell}>
      <nav aria-label="Operate Marquee" className={styles.rail}>
        <p className={styles.title} aria-hidden="true">
          Operate
        </p>
        <ul ref={rooms} className={styles.rooms}>
          {ROOMS.map(({ to, label, icon, end }) => (
            <li key={to}>
              <NavLink to={to} end={end} className={styles.room}>
                <Icon name={icon} size={18} />
                {label}
              </NavLink>
            </li>
          ))}
        </ul>
        <UploadsUnderWay />
      </nav>
      <div className={styles.page}>
        <Outlet />
      </div>
    </div>
  );
}
