import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Suspense, lazy, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Link } from '@/lib/router/link';
import { ScrollRestoration, useIsPending, useLocation } from '@/lib/router/place';
import { Icon } from '@/components/icon';
import { Logo } from '@/components/logo';
import { Notices } from '@/components/notices';
import { Segments } from '@/components/segments';
import { useIsKids } from '@/lib/age-limit';
import { useIsChoosing } from '@/lib/choosing';
import { withTexts } from '@/lib/i18n/catalogues';
import { isAuthPage } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import { setTheme, useTheme } from '@/lib/theme';
import { seenBefore, useOnline } from '@/lib/use-online';
import { ago } from '@/lib/format';
import { Header } from './header';
import { LanguageMenu } from './language-menu';
import styles from './shell.module.css';
import { warmPlayerAtLinks } from './warm-player';

const SubscriptionBanner = lazy(withTexts('viewer', () => import('@/features/subscription/subscription-banner')));

/** The header and footer of every page except the player. */
export function Shell({ children }: { children: ReactNode }) {
  useEffect(warmPlayerAtLinks, []);
  return (
    <>
      <a href="#content" className={styles.skip}>
        <Trans>Skip to content</Trans>
      </a>
      <Progress />
      <Header />
      <Offline />
      <main id="content" tabIndex={-1} className={styles.main}>
        <FocusOnArrival />
        {children}
      </main>
      <Warnings />
      <Footer />
      <Notices />
      <ScrollRestoration />
    </>
  );
}

/** Moves focus to a new page, so that screen readers announce it as they do after a page load. */
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

/** The notice about the subscription, except on pages that are about it and on operators' pages. */
function Warnings() {
  const isSignedIn = useIsSignedIn();
  const { pathname } = useLocation();
  const isKids = useIsKids();
  const isElsewhere = /^\/(account|admin|profiles|subscription)(\/|$)/.test(pathname) || isAuthPage(pathname);
  if (!isSignedIn || isKids || isElsewhere) return null;
  return (
    <Suspense>
      <SubscriptionBanner />
    </Suspense>
  );
}

function Progress() {
  return useIsPending() && <div className={styles.progress} role="status" aria-label={t`Loading page`} />;
}

function Offline() {
  const isOnline = useOnline();
  const seen = seenBefore();
  const when = seen && ago(seen);
  return (
    <div role="status">
      {!isOnline && (
        <p className={styles.offline}>
          <Icon name="offline" size={18} />
          {when ? (
            <Trans>You’re offline. Your lists are as you last saw them, {when}.</Trans>
          ) : (
            <Trans>You’re offline. Some content may be out of date until you’re connected again.</Trans>
          )}
        </p>
      )}
    </div>
  );
}

const themes = () =>
  [
    { value: 'system', label: t`System` },
    { value: 'dark', label: t`Dark` },
    { value: 'light', label: t`Light` },
  ] as const;

function Footer() {
  const theme = useTheme();
  const isKids = useIsKids();
  const isSignedIn = useIsSignedIn();
  const isChoosing = useIsChoosing() && isSignedIn;
  return (
    <footer className={styles.footer}>
      <Logo />
      {/* While a profile must be chosen, these links would only lead back to that page. */}
      {!isChoosing && (
        <nav aria-label={t`Footer`}>
          <ul className={styles.links}>
            <li>
              <Link to="/browse">
                <Trans>Browse</Trans>
              </Link>
            </li>
            {!isKids && (
              <>
                <li>
                  <Link to="/plans">
                    <Trans>Plans and pricing</Trans>
                  </Link>
                </li>
                <li>
                  <Link to="/account">
                    <Trans>Account</Trans>
                  </Link>
                </li>
              </>
            )}
          </ul>
        </nav>
      )}
      <div className={styles.settings}>
        <LanguageMenu />
        <Segments label={t`Appearance`} value={theme} onChange={setTheme} options={themes()} />
      </div>
    </footer>
  );
}
