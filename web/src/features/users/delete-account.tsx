import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useNavigate } from '@/lib/router/place';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { PasswordField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { api, data } from '@/lib/api';
import { hasCode } from '@/lib/errors/api-error';
import { notify } from '@/lib/notify';
import { endSession } from '@/lib/session';
import { useForm } from '@/lib/use-form';
import styles from './profile-page.module.css';

/** Deletes the account after its password is entered again. This cannot be undone. */
export function DeleteAccount({ email }: { email: string }) {
  const [isAsking, setIsAsking] = useState(false);
  const navigate = useNavigate();
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => ({ password: password ? undefined : t`Enter your password` }),
    submit: async (body) => {
      await data(api.DELETE('/api/account', { body }));
      setIsAsking(false);
      // Leave the protected page first, or its guard would treat this as a lost session.
      await navigate('/', { replace: true });
      endSession();
      notify(t`Your account has been deleted.`);
    },
    issuesOf: (error) => (hasCode(error, 'INVALID_CREDENTIALS') ? { password: t`This password is incorrect` } : null),
  });
  const close = () => {
    setIsAsking(false);
    form.reset();
  };
  return (
    <>
      <div>
        <Button look="danger" onClick={() => setIsAsking(true)}>
          <Trans>Delete account</Trans>
        </Button>
      </div>
      <Dialog
        open={isAsking}
        onClose={close}
        title={t`Delete your account?`}
        description={t`Your subscription ends now, without a refund. Your name, watch history and devices are deleted. This can’t be undone.`}
      >
        <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
          {form.error !== null && <ErrorNotice size="line" error={form.error} />}
          <input type="text" name="username" value={email} readOnly hidden autoComplete="username" />
          <PasswordField {...form.field('password')} label={t`Enter your password to confirm`} autoComplete="current-password" />
          <div className={styles.actions}>
            <Button onClick={close}>
              <Trans>Keep account</Trans>
            </Button>
            <Button type="submit" look="danger" busy={form.isBusy}>
              <Trans>Delete account</Trans>
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
