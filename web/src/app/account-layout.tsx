import { t } from '@lingui/core/macro';
import { Link } from '@/lib/router/link';
import { useLocation } from '@/lib/router/place';
import { Outlet } from '@/lib/router/routes';
import { classes } from '@/components/classes';
import { Icon } from '@/components/icon';
import type { IconName } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import styles from './account-layout.module.css';

const rooms = (): { to: string; label: string; icon: IconName }[] => [
  { to: '/account', label: t`Subscription`, icon: 'card' },
  { to: '/account/invoices', label: t`Invoices`, icon: MORE_ICONS.download },
  { to: '/account/devices', label: t`Devices`, icon: MORE_ICONS.device },
  { to: '/account/profile', label: t`Account details`, icon: 'user' },
];

export function Component() {
  const { pathname } = useLocation();
  // The page for changing the plan belongs to this tab.
  const here = pathname.startsWith('/account/plan') ? '/account' : pathname.replace(/\/$/, '');
  return (
    <div className={styles.account}>
      <nav aria-label={t`Account`} className={styles.nav}>
        {rooms().map(({ to, label, icon }) => (
          <Link
            key={to}
            to={to}
            aria-current={to === here ? 'page' : undefined}
            className={classes(styles.link, to === here && styles.here)}
          >
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
