import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { usePageTitle } from '@/lib/page-title';
import { profilesPath } from '@/lib/return-to';
import { useLocation } from '@/lib/router/place';
import { ButtonLink } from './button';
import { Icon } from './icon';
import styles from './lost.module.css';

/** A page that does not exist, or no longer. */
export function NotFound() {
  usePageTitle(t`Page not found`);
  return (
    <div className={styles.lost}>
      <p className={styles.number} aria-hidden="true">
        404
      </p>
      <h1>
        <Trans>Page not found</Trans>
      </h1>
      <p className={styles.text}>
        <Trans>This page may have been removed, or the link may contain a mistake.</Trans>
      </p>
      <div className={styles.actions}>
        <ButtonLink to="/browse" look="primary">
          <Trans>Browse</Trans>
        </ButtonLink>
        <ButtonLink to="/">
          <Trans>Go to home page</Trans>
        </ButtonLink>
      </div>
    </div>
  );
}

/** What kids profiles see in place of a page, or of a film above their age limit. */
export function NotForKids() {
  usePageTitle(t`Not available in this profile`);
  const here = useLocation();
  return (
    <div className={styles.lost}>
      <span className={styles.sign}>
        <Icon name="lock" size={34} />
      </span>
      <h1>
        <Trans>Not available in this profile</Trans>
      </h1>
      <p className={styles.text}>
        <Trans>This is a kids profile. Switch to another profile to continue.</Trans>
      </p>
      <div className={styles.actions}>
        <ButtonLink to={profilesPath(here)} look="primary">
          <Trans>Switch profile</Trans>
        </ButtonLink>
        <ButtonLink to="/">
          <Trans>Go to home page</Trans>
        </ButtonLink>
      </div>
    </div>
  );
}
