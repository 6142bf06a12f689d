import { useEffect, useRef } from 'react';
import { Link, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router';
import { Icon } from '@/components/icon';
import { Logo } from '@/components/logo';
import { Notices } from '@/components/notices';
import { Segments } from '@/components/segments';
import { setTheme, useTheme } from '@/lib/theme';
import { useOnline } from '@/lib/use-online';
import { Header } from './header';
import styles from './shell.module.css';

/** What stands around every page but the player. */
export function Shell() {
  return (
    <>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <Progress />
      <Header />
      <Offline />
      <main id="content" tabIndex={-1} className={styles.main}>
        <FocusOnArrival />
        <Outlet />
      </main>
      <Footer />
      <Notices />
      <ScrollRestoration />
    </>
  );
}

/** A new page is announced and read from its beginning, as a page load would be. */
function FocusOnArrival() {
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    document.getElementById('content')?.focus({ preventScroll: true });
  }, [pathname]);
  return null;
}

function Progress() {
  const { state } = useNavigation();
  return state === 'idle' ? null : <div className={styles.progress} role="status" aria-label="Loading the page" />;
}

function Offline() {
  const isOnline = useOnline();
  return (
    <div role="status">
      {!isOnline && (
        <p className={styles.offline}>
          <Icon name="offline" size={18} />
          You are offline. What you see may be old; everything goes on when the network is back.
        </p>
      )}
    </div>
  );
}

const THEMES = [
  { value: 'system', label: 'System' },
  { value: 'dark', label: 'Dark' },
  { value: 'light', label: 'Light' },
] as const;

function Footer() {
  const theme = useTheme();
  return (
    <footer className={styles.footer}>
      <Logo />
      <nav aria-label="Footer">
        <ul className={styles.links}>
          <li>
            <Link to="/browse">Browse</Link>
          </li>
          <li>
            <Link to="/plans">Plans and prices</Link>
          </li>
          <li>
            <Link to="/account">Account</Link>
          </li>
        </ul>
      </nav>
      <div className={styles.theme}>
        <Segments label="Appearance" value={theme} onChange={setTheme} options={THEMES} />
      </div>
    </footer>
  );
}
