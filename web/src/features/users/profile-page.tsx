import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Badge } from '@/components/badge';
import { ErrorNotice } from '@/components/notice';
import { Sheet, SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { day } from '@/lib/format';
import { usePageTitle } from '@/lib/page-title';
import { useMe } from '@/lib/queries/use-me';
import { ChangeEmail, ChangeName } from './change-details';
import { ChangePassword } from './change-password';
import { DeleteAccount } from './delete-account';
import { ExportData } from './export-data';
import styles from './profile-page.module.css';
import { Verification } from './verification';

export function Component() {
  usePageTitle(t`Account details`);
  const me = useMe();
  return (
    <SheetPage title={t`Account details`}>
      <Sheet title={t`Your details`}>
        {me.data ? (
          <dl className={styles.facts}>
            <div>
              <dt>
                <Trans>Name</Trans>
              </dt>
              <dd>{me.data.name ?? t`Not provided`}</dd>
            </div>
            <div>
              <dt>
                <Trans>Email address</Trans>
              </dt>
              <dd>
                {me.data.email}{' '}
                {me.data.email_verified && (
                  <Badge kind="positive">
                    <Trans>Verified</Trans>
                  </Badge>
                )}
              </dd>
            </div>
            <div>
              <dt>
                <Trans>Member since</Trans>
              </dt>
              <dd>{day(me.data.created_at)}</dd>
            </div>
          </dl>
        ) : me.error ? (
          <ErrorNotice error={me.error} onRetry={() => void me.refetch()} />
        ) : (
          <Loading label={t`Loading your profile`}>
            <Skeleton shape="text" lines={3} />
          </Loading>
        )}
        {me.data && <Verification user={me.data} />}
      </Sheet>
      {me.data && (
        <>
          <Sheet title={t`Change your name`}>
            <ChangeName key={me.data.name} user={me.data} />
          </Sheet>
          <Sheet
            title={t`Change your email address`}
            lead={t`We send a link to the new address. The change takes effect once you confirm it.`}
          >
            <ChangeEmail user={me.data} />
          </Sheet>
        </>
      )}
      <Sheet title={t`Password`} lead={t`Changing your password signs out your other devices.`}>
        <ChangePassword email={me.data?.email} />
      </Sheet>
      <Sheet title={t`Your data`} lead={t`Everything that we store about you, as a file.`}>
        <ExportData />
      </Sheet>
      {me.data && (
        <Sheet title={t`Delete account`} lead={t`Deletes your account and all your data.`}>
          <DeleteAccount email={me.data.email} />
        </Sheet>
      )}
    </SheetPage>
  );
}
