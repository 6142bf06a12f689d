import { Suspense, lazy, useEffect, useState } from 'react';
import { Link, NavLink, useLocation } from 'react-router';
import { ButtonLink } from '@/components/button';
import { classes } from '@/components/classes';
import { Icon } from '@/components/icon';
import { Logo } from '@/components/logo';
import { signInPath } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import styles from './header.module.css';

const AccountMenu = lazy(() => import('./account-menu'));

export function Header() {
  const isSignedIn = useIsSignedIn();
  const isScrolled = useIsScrolled();
  return (
    <header className={classes(styles.header, isScrolled && styles.scrolled)}>
      <Link to="/" className={styles.home} aria-label="Marquee, to the start">
        <Logo />
      </Link>
      <nav aria-label="Main" className={styles.nav}>
        {isSignedIn && (
          <NavLink to="/" end className={styles.link}>
            Home
          </NavLink>
        )}
        <NavLink to="/browse" className={styles.link}>
          Browse
        </NavLink>
        <NavLink to="/plans" className={classes(styles.link, styles.minor)}>
          Plans
        </NavLink>
      </nav>
      <div className={styles.end}>
        <Link to="/browse?search" className={styles.search} aria-label="Search" title="Search">
          <Icon name="search" />
        </Link>
        {isSignedIn ? (
          <Suspense fallback={<span className={styles.place} />}>
            <AccountMenu />
          </Suspense>
        ) : (
          <Strangers />
        )}
      </div>
    </header>
  );
}

function Strangers() {
  const { pathname, search } = useLocation();
  const isAtDoor = ['/sign-in', '/register', '/forgot-password', '/reset-password'].includes(pathname);
  const here = isAtDoor ? '/' : pathname + search;
  return (
    <>
      <ButtonLink to={signInPath(here)} look="plain" size="sm">
        Sign in
      </ButtonLink>
      <ButtonLink to={signInPath(here, '/register')} look="primary" size="sm" className={styles.minor}>
        Join
      </ButtonLink>
    </>
  );
}

function useIsScrolled(): boolean {
  const [isScrolled, setIsScrolled] = useState(false);
  useEffect(() => {
    const look = () => setIsScrolled(window.scrollY > 8);
    look();
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);
  return isScrolled;
}
