import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { ButtonLink } from '@/components/button';
import { Icon } from '@/components/icon';
import { usePageTitle } from '@/lib/page-title';
import { useMe } from '@/lib/queries/use-me';
import styles from '@/components/lost.module.css';

/** What a viewer sees on an operators' page. */
export function ForbiddenPage() {
  usePageTitle(t`Access denied`);
  const email = useMe().data?.email;
  return (
    <div className={styles.lost}>
      <span className={styles.sign}>
        <Icon name="lock" size={34} />
      </span>
      <h1>
        <Trans>Access denied</Trans>
      </h1>
      <p className={styles.text}>
        {email ? (
          <Trans>
            You’re signed in as {email}. This account doesn’t have permission to see this page. To get access, ask an administrator.
          </Trans>
        ) : (
          <Trans>You don’t have permission to see this page. To get access, ask an administrator.</Trans>
        )}
      </p>
      <div className={styles.actions}>
        <ButtonLink to="/" look="primary">
          <Trans>Go to home page</Trans>
        </ButtonLink>
        <ButtonLink to="/browse">
          <Trans>Browse</Trans>
        </ButtonLink>
      </div>
    </div>
  );
}
