import { Badge } from '@/components/badge';
import { ErrorNotice } from '@/components/notice';
import { Sheet, SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { day } from '@/lib/format';
import { usePageTitle } from '@/lib/page-title';
import { useMe } from '@/lib/queries/use-me';
import { ChangePassword } from './change-password';
import { DeleteAccount } from './delete-account';
import styles from './profile-page.module.css';

export function Component() {
  usePageTitle('Profile');
  const me = useMe();
  return (
    <SheetPage title="Profile">
      <Sheet title="You">
        {me.data ? (
          <dl className={styles.facts}>
            <div>
              <dt>Name</dt>
              <dd>{me.data.name ?? 'Not given'}</dd>
            </div>
            <div>
              <dt>Email address</dt>
              <dd>
                {me.data.email} {me.data.email_verified && <Badge kind="positive">Verified</Badge>}
              </dd>
            </div>
            <div>
              <dt>With us since</dt>
              <dd>{day(me.data.created_at)}</dd>
            </div>
          </dl>
        ) : me.error ? (
          <ErrorNotice error={me.error} onRetry={() => void me.refetch()} />
        ) : (
          <Loading label="Loading your profile">
            <Skeleton shape="text" lines={3} />
          </Loading>
        )}
      </Sheet>
      <Sheet title="Password" lead="A change signs out all your other devices.">
        <ChangePassword email={me.data?.email} />
      </Sheet>
      {me.data && (
        <Sheet title="Leave for good" lead="Deletes your account and everything that we hold on you.">
          <DeleteAccount email={me.data.email} />
        </Sheet>
      )}
    </SheetPage>
  );
}
