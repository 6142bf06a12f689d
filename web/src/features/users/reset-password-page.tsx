import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { Button } from '@/components/button';
import { PasswordField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { api, done } from '@/lib/api';
import { ApiError } from '@/lib/errors/api-error';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { endSession } from '@/lib/session';
import { useForm } from '@/lib/use-form';
import { newPasswordIssue } from './checks';
import { Door } from './door';
import styles from './door.module.css';

export function Component() {
  usePageTitle('New password');
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [token] = useState(() => params.get('token') ?? '');
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => ({ password: newPasswordIssue(password) }),
    submit: async ({ password }) => {
      await done(api.POST('/api/auth/reset-password', { body: { token, password } }));
      // It ended every session, that of this browser too.
      endSession();
      notify('Your password is changed. Sign in with the new one.');
      await navigate('/sign-in', { replace: true });
    },
  });
  if (!token) {
    return (
      <Door title="New password">
        <ErrorNotice size="line" error={new ApiError('CODE_EXPIRED', '')} />
      </Door>
    );
  }
  return (
    <Door title="New password" lead="All your devices are signed out when you change it." below={<Link to="/sign-in">Back to the sign-in</Link>}>
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <PasswordField {...form.field('password')} label="New password" autoComplete="new-password" hint="At least 8 characters. A phrase is better than a puzzle." />
        <Button type="submit" look="primary" size="lg" wide busy={form.isBusy}>
          Change the password
        </Button>
      </form>
    </Door>
  );
}
