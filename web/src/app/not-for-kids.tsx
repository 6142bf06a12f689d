import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { ButtonLink } from '@/components/button';
import { Icon } from '@/components/icon';
import { useIsKids } from '@/lib/age-limit';
import { usePageTitle } from '@/lib/page-title';
import { profilesPath } from '@/lib/return-to';
import { useLocation } from '@/lib/router/place';
import { Outlet } from '@/lib/router/routes';
import styles from './lost-page.module.css';

/** Keeps kids profiles away from payments and from the account. */
export function Component() {
  return useIsKids() ? <Refusal /> : <Outlet />;
}

function Refusal() {
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
