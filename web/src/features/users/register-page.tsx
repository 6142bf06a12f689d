import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useEffect } from 'react';
import { Link, Navigate } from '@/lib/router/link';
import { useLocation } from '@/lib/router/place';
import { Button } from '@/components/button';
import { AuthFrame } from '@/components/auth-frame';
import styles from '@/components/auth-frame.module.css';
import { PasswordField, TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { usePageTitle } from '@/lib/page-title';
import { returnTo, signInPath } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import { useForm } from '@/lib/use-form';
import { emailIssue, nameIssue, newPasswordIssue, passwordHint } from './checks';
import { draft, forgetDraft, keepDraft } from './draft';
import { register } from './register';

export function Component() {
  usePageTitle(t`Sign up`);
  const { search } = useLocation();
  const isSignedIn = useIsSignedIn();
  const next = returnTo(search);
  const form = useForm({
    initial: { ...draft(), password: '' },
    check: ({ name, email, password }) => ({ name: nameIssue(name), email: emailIssue(email), password: newPasswordIssue(password) }),
    submit: async ({ name, email, password }) => {
      await register(email, password, name);
      forgetDraft();
    },
  });
  const { name, email } = form.values;
  useEffect(() => keepDraft({ name, email }), [name, email]);
  if (isSignedIn) return <Navigate to={next} replace />;
  return (
    <AuthFrame
      title={t`Create your account`}
      lead={t`An account is free, and so are some titles.`}
      below={
        <Trans>
          Already have an account? <Link to={signInPath(next)}>Sign in</Link>
        </Trans>
      }
    >
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('name')} label={t`Name`} autoComplete="name" hint={t`Optional`} />
        <TextField {...form.field('email')} label={t`Email address`} type="email" autoComplete="username" inputMode="email" />
        <PasswordField {...form.field('password')} label={t`Password`} autoComplete="new-password" hint={passwordHint()} />
        <Button type="submit" look="primary" size="lg" wide busy={form.isBusy}>
          <Trans>Create account</Trans>
        </Button>
      </form>
    </AuthFrame>
  );
}
