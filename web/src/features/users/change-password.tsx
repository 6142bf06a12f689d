import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Button } from '@/components/button';
import { PasswordField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { api, done } from '@/lib/api';
import { hasCode } from '@/lib/errors/api-error';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import { newPasswordIssue, passwordHint } from './checks';
import styles from './profile-page.module.css';

/** The address is only for the browser's password manager. */
export function ChangePassword({ email }: { email?: string }) {
  const form = useForm({
    initial: { current_password: '', new_password: '' },
    check: ({ current_password, new_password }) => ({
      current_password: current_password ? undefined : t`Enter your current password`,
      new_password: newPasswordIssue(new_password),
    }),
    submit: async (body) => {
      await done(api.POST('/api/auth/change-password', { body }));
      form.reset();
      notify(t`Password changed. Your other devices were signed out.`);
    },
    // The service names no field when the current password is wrong.
    issuesOf: (error) => (hasCode(error, 'INVALID_CREDENTIALS') ? { current_password: t`This password is incorrect` } : null),
  });
  return (
    <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
      {form.error !== null && <ErrorNotice size="line" error={form.error} />}
      <input type="text" name="username" value={email ?? ''} readOnly hidden autoComplete="username" />
      <PasswordField {...form.field('current_password')} label={t`Current password`} autoComplete="current-password" />
      <PasswordField {...form.field('new_password')} label={t`New password`} autoComplete="new-password" hint={passwordHint()} />
      <div>
        <Button type="submit" look="strong" busy={form.isBusy}>
          <Trans>Change password</Trans>
        </Button>
      </div>
    </form>
  );
}
