import { NavLink, Outlet } from 'react-router';
import { classes } from '@/components/classes';
import { Icon } from '@/components/icon';
import type { IconName } from '@/components/icon';
import styles from './account-layout.module.css';

const ROOMS: { to: string; label: string; icon: IconName }[] = [
  { to: '/account', label: 'Plan', icon: 'card' },
  { to: '/account/invoices', label: 'Invoices', icon: 'download' },
  { to: '/account/devices', label: 'Devices', icon: 'device' },
  { to: '/account/profile', label: 'Profile', icon: 'user' },
];

export function Component() {
  return (
    <div className={styles.account}>
      <nav aria-label="Account" className={styles.nav}>
        {ROOMS.map(({ to, label, icon }) => (
          <NavLink key={to} to={to} end={to === '/account'} className={({ isActive }) => classes(styles.link, isActive && styles.here)}>
            <Icon name={icon} size={18} />
            {label}
          </NavLink>
        ))}
      </nav>
      <div className={styles.room}>
        <Outlet />
      </div>
    </div>
  );
}
