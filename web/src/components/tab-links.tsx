import { NavLink } from '@/lib/router/link';
import styles from './tab-links.module.css';

/** Links between related pages, with the current one marked. */
export function TabLinks({ label, tabs }: { label: string; tabs: readonly { to: string; label: string; end?: boolean }[] }) {
  return (
    <nav aria-label={label} className={styles.tabs}>
      {tabs.map(({ to, label: name, end }) => (
        <NavLink key={to} to={to} end={end} className={styles.tab}>
          {name}
        </NavLink>
      ))}
    </nav>
  );
}
