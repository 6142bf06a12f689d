import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useEffect } from 'react';
import { Link, Navigate } from '@/lib/router/link';
import { useLocation } from '@/lib/router/place';
import { Button } from '@/components/button';
import { AuthFrame } from '@/components/auth-frame';
import styles from '@/components/auth-frame.module.css';
import { PasswordField, TextField } from '@/components/field';
import { ErrorNotice, Callout } from '@/components/notice';
import { usePageTitle } from '@/lib/page-title';
import { returnTo, signInPath } from '@/lib/return-to';
import { useIsSignedIn, wasSessionLost } from '@/lib/session';
import { useForm } from '@/lib/use-form';
import { emailIssue } from './checks';
import { draft, forgetDraft, keepDraft } from './draft';
import { signIn } from './sign-in';

export function Component() {
  usePageTitle(t`Sign in`);
  const { search } = useLocation();
  const isSignedIn = useIsSignedIn();
  const next = returnTo(search);
  const form = useForm({
    initial: { email: draft().email, password: '' },
    check: ({ email, password }) => ({ email: emailIssue(email), password: password ? undefined : t`Enter your password` }),
    submit: async ({ email, password }) => {
      await signIn(email, password);
      forgetDraft();
    },
  });
  const { email } = form.values;
  useEffect(() => keepDraft({ email }), [email]);
  if (isSignedIn) return <Navigate to={next} replace />;
  return (
    <AuthFrame
      title={t`Sign in`}
      below={
        <Trans>
          New here? <Link to={signInPath(next, '/register')}>Create an account</Link>
        </Trans>
      }
    >
      {wasSessionLost() && (
        <Callout kind="info">
          <Trans>You were signed out. Sign in to continue where you left off.</Trans>
        </Callout>
      )}
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('email')} label={t`Email address`} type="email" autoComplete="username" inputMode="email" />
        <PasswordField
          {...form.field('password')}
          label={t`Password`}
          autoComplete="current-password"
          aside={
            <Link to={signInPath(next, '/forgot-password')} className={styles.forgot}>
              <Trans>Forgot your password?</Trans>
            </Link>
          }
        />
        <Button type="submit" look="primary" size="lg" wide busy={form.isBusy}>
          <Trans>Sign in</Trans>
        </Button>
      </form>
    </AuthFrame>
  );
}
