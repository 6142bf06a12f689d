import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Suspense, lazy, useEffect, useState } from 'react';
import { Link, NavLink } from '@/lib/router/link';
import { useLocation } from '@/lib/router/place';
import { ButtonLink } from '@/components/button';
import { classes } from '@/components/classes';
import { Icon } from '@/components/icon';
import { Logo } from '@/components/logo';
import { useIsKids } from '@/lib/age-limit';
import { BRAND } from '@/lib/brand';
import { useIsChoosing } from '@/lib/choosing';
import { authPathFrom } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import styles from './header.module.css';

const AccountMenu = lazy(() => import('./account-menu'));

export function Header() {
  const isSignedIn = useIsSignedIn();
  const isChoosing = useIsChoosing() && isSignedIn;
  const isScrolled = useIsScrolled();
  return (
    <header className={classes(styles.header, isScrolled && styles.scrolled)}>
      <Link to="/" className={styles.home} aria-label={t`${BRAND} home`}>
        <Logo />
      </Link>
      {/* Nothing else is shown before a profile is chosen. */}
      {!isChoosing && <Menus />}
    </header>
  );
}

function Menus() {
  const isSignedIn = useIsSignedIn();
  const isKids = useIsKids();
  return (
    <>
      <nav aria-label={t`Main`} className={styles.nav}>
        {isSignedIn && (
          <NavLink to="/" end className={styles.link}>
            <Trans>Home</Trans>
          </NavLink>
        )}
        <NavLink to="/browse" className={styles.link}>
          <Trans>Browse</Trans>
        </NavLink>
        {!isKids && (
          <NavLink to="/plans" className={classes(styles.link, styles.minor)}>
            <Trans>Plans</Trans>
          </NavLink>
        )}
      </nav>
      <div className={styles.end}>
        <Link to="/browse?search" className={styles.search} aria-label={t`Search`} title={t`Search`}>
          <Icon name="search" />
        </Link>
        {isSignedIn ? (
          <Suspense fallback={<span className={styles.place} />}>
            <AccountMenu />
          </Suspense>
        ) : (
          <SignInLinks />
        )}
      </div>
    </>
  );
}

function SignInLinks() {
  const here = useLocation();
  return (
    <>
      <ButtonLink to={authPathFrom(here, '/sign-in')} look="plain" size="sm">
        <Trans>Sign in</Trans>
      </ButtonLink>
      <ButtonLink to={authPathFrom(here, '/register')} look="primary" size="sm" className={styles.minor}>
        <Trans>Sign up</Trans>
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
