import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Button } from '@/components/button';
import { ErrorNotice, Callout } from '@/components/notice';
import { api, done } from '@/lib/api';
import type { User } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useAct } from '@/lib/use-act';
import styles from './profile-page.module.css';
import { useUpdateMe } from './use-update-me';

/** What is still to be confirmed: the address, or the one that replaces it. */
export function Verification({ user }: { user: User }) {
  const { email, pending_email } = user;
  const update = useUpdateMe();
  const resend = useAct(async () => {
    await done(api.POST('/api/auth/resend-verification'));
    notify(t`Email sent. It can take a minute to arrive.`);
  });
  const withdraw = useAct(() => update.mutateAsync({ email }));
  if (user.email_verified && pending_email === null) return null;
  const error = resend.error ?? withdraw.error;
  return (
    <Callout kind="info">
      <div className={styles.remark}>
        <p>
          {pending_email === null ? (
            <Trans>Please confirm your email address with the link that we sent to {email}.</Trans>
          ) : (
            <Trans>We sent a link to {pending_email}. Your account uses that address once you confirm it.</Trans>
          )}
        </p>
        {error !== null && <ErrorNotice size="line" error={error} />}
        <div className={styles.choices}>
          <Button size="sm" busy={resend.isBusy} onClick={() => void resend.run()}>
            <Trans>Send the link again</Trans>
          </Button>
          {pending_email !== null && (
            <Button size="sm" look="plain" busy={withdraw.isBusy} onClick={() => void withdraw.run()}>
              <Trans>Keep {email}</Trans>
            </Button>
          )}
        </div>
      </div>
    </Callout>
  );
}
