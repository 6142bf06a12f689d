import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Link } from '@/lib/router/link';
import { useNavigate, useSearchParams } from '@/lib/router/place';
import { Button } from '@/components/button';
import { AuthFrame } from '@/components/auth-frame';
import styles from '@/components/auth-frame.module.css';
import { PasswordField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { api, done } from '@/lib/api';
import { ApiError } from '@/lib/errors/api-error';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { signInPath } from '@/lib/return-to';
import { endSession } from '@/lib/session';
import { useForm } from '@/lib/use-form';
import { newPasswordIssue, passwordHint } from './checks';
import { keepDraft } from './draft';
import { takeReset } from './pending-reset';

export function Component() {
  usePageTitle(t`New password`);
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [token] = useState(() => params.get('token') ?? '');
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => ({ password: newPasswordIssue(password) }),
    submit: async ({ password }) => {
      await done(api.POST('/api/auth/reset-password', { body: { token, password } }));
      // The reset has ended every session, including this browser's.
      endSession();
      notify(t`Password changed. Sign in with your new password.`);
      const asked = takeReset();
      if (asked) keepDraft({ email: asked.email });
      await navigate(signInPath(asked?.next ?? '/'), { replace: true });
    },
  });
  if (!token) {
    return (
      <AuthFrame title={t`Choose a new password`}>
        <ErrorNotice size="line" error={new ApiError('CODE_EXPIRED', '')} />
      </AuthFrame>
    );
  }
  return (
    <AuthFrame
      title={t`Choose a new password`}
      lead={t`Changing your password signs out all your devices.`}
      below={
        <Link to="/sign-in">
          <Trans>Back to sign-in</Trans>
        </Link>
      }
    >
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <PasswordField {...form.field('password')} label={t`New password`} autoComplete="new-password" hint={passwordHint()} />
        <Button type="submit" look="primary" size="lg" wide busy={form.isBusy}>
          <Trans>Change password</Trans>
        </Button>
      </form>
    </AuthFrame>
  );
}
