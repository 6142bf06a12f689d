import { Link, Navigate, useLocation } from 'react-router';
import { Button } from '@/components/button';
import { PasswordField, TextField } from '@/components/field';
import { ErrorNotice, Remark } from '@/components/notice';
import { usePageTitle } from '@/lib/page-title';
import { returnTo, signInPath } from '@/lib/return-to';
import { useIsSignedIn, wasSessionLost } from '@/lib/session';
import { useForm } from '@/lib/use-form';
import { emailIssue } from './checks';
import { Door } from './door';
import styles from './door.module.css';
import { signIn } from './sign-in';

export function Component() {
  usePageTitle('Sign in');
  const { search } = useLocation();
  const isSignedIn = useIsSignedIn();
  const next = returnTo(search);
  const form = useForm({
    initial: { email: '', password: '' },
    check: ({ email, password }) => ({ email: emailIssue(email), password: password ? undefined : 'Enter your password' }),
    submit: ({ email, password }) => signIn(email, password),
  });
  if (isSignedIn) return <Navigate to={next} replace />;
  return (
    <Door
      title="Good evening"
      lead="Sign in and take your seat."
      below={
        <>
          New here? <Link to={signInPath(next, '/register')}>Open an account</Link>
        </>
      }
    >
      {wasSessionLost() && <Remark kind="info">You were signed out. Sign in, and you are back where you were.</Remark>}
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('email')} label="Email address" type="email" autoComplete="username" inputMode="email" />
        <PasswordField
          {...form.field('password')}
          label="Password"
          autoComplete="current-password"
          aside={
            <Link to="/forgot-password" className={styles.forgot}>
              Forgot it?
            </Link>
          }
        />
        <Button type="submit" look="primary" size="lg" wide busy={form.isBusy}>
          Sign in
        </Button>
      </form>
    </Door>
  );
}
