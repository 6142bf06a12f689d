import { Link, Outlet, useLocation } from 'react-router';
import { classes } from '@/components/classes';
import { Icon } from '@/components/icon';
import type { IconName } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import styles from './account-layout.module.css';

const ROOMS: { to: string; label: string; icon: IconName }[] = [
  { to: '/account', label: 'Plan', icon: 'card' },
  { to: '/account/invoices', label: 'Invoices', icon: MORE_ICONS.download },
  { to: '/account/devices', label: 'Devices', icon: MORE_ICONS.device },
  { to: '/account/profile', label: 'Profile', icon: 'user' },
];

export function Component() {
  const { pathname } = useLocation();
  // Changing the plan is a page of the plan.
  const here = pathname.startsWith('/account/plan') ? '/account' : pathname.replace(/\/$/, '');
  return (
    <div className={styles.account}>
      <nav aria-label="Account" className={styles.nav}>
        {ROOMS.map(({ to, label, icon }) => (
          <Link key={to} to={to} aria-current={to === here ? 'page' : undefined} className={classes(styles.link, to === here && styles.here)}>
            <Icon name={icon} size={18} />
            {label}
          </Link>
        ))}
      </nav>
      <div className={styles.room}>
        <Outlet />
      </div>
    </div>
  );
}
