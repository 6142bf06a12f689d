import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Button } from '@/components/button';
import { PasswordField, TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { hasCode } from '@/lib/errors/api-error';
import type { User } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import { emailIssue, nameIssue } from './checks';
import styles from './profile-page.module.css';
import { useUpdateMe } from './use-update-me';

export function ChangeName({ user }: { user: User }) {
  const update = useUpdateMe();
  const form = useForm({
    initial: { name: user.name ?? '' },
    check: ({ name }) => ({ name: nameIssue(name.trim()) }),
    submit: async ({ name }) => {
      await update.mutateAsync({ name: name.trim() });
      notify(t`Name saved`);
    },
  });
  return (
    <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
      {form.error !== null && <ErrorNotice size="line" error={form.error} />}
      <TextField {...form.field('name')} label={t`Name`} autoComplete="name" hint={t`We greet you by this name.`} />
      <div>
        <Button type="submit" look="strong" busy={form.isBusy}>
          <Trans>Save name</Trans>
        </Button>
      </div>
    </form>
  );
}

export function ChangeEmail({ user }: { user: User }) {
  const update = useUpdateMe();
  const form = useForm({
    initial: { email: '', password: '' },
    check: ({ email, password }) => ({
      email: emailIssue(email),
      password: password ? undefined : t`Enter your password`,
    }),
    submit: async ({ email, password }) => {
      const changed = await update.mutateAsync({ email: email.trim(), password });
      form.reset();
      const pending = changed.pending_email;
      notify(pending === null ? t`Email address saved` : t`Check your email: we sent a link to ${pending}.`);
    },
    issuesOf: (error) => {
      if (hasCode(error, 'INVALID_CREDENTIALS')) return { password: t`This password is incorrect` };
      return hasCode(error, 'EMAIL_TAKEN') ? { email: t`Another account uses this email address` } : null;
    },
  });
  return (
    <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
      {form.error !== null && <ErrorNotice size="line" error={form.error} />}
      <input type="text" name="username" value={user.email} readOnly hidden autoComplete="username" />
      <TextField {...form.field('email')} type="email" inputMode="email" label={t`New email address`} autoComplete="email" />
      <PasswordField {...form.field('password')} label={t`Your password`} autoComplete="current-password" />
      <div>
        <Button type="submit" look="strong" busy={form.isBusy}>
          <Trans>Change email address</Trans>
        </Button>
      </div>
    </form>
  );
}
