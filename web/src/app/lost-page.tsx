import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { ButtonLink } from '@/components/button';
import { usePageTitle } from '@/lib/page-title';
import styles from './lost-page.module.css';

export function Component() {
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
