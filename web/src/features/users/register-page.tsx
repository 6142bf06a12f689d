import { Link, Navigate, useLocation } from 'react-router';
import { Button } from '@/components/button';
import { PasswordField, TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { usePageTitle } from '@/lib/page-title';
import { returnTo, signInPath } from '@/lib/return-to';
import { useIsSignedIn } from '@/lib/session';
import { useForm } from '@/lib/use-form';
import { emailIssue, nameIssue, newPasswordIssue } from './checks';
import { Door } from './door';
import styles from './door.module.css';
import { register } from './register';

export function Component() {
  usePageTitle('Open an account');
  const { search } = useLocation();
  const isSignedIn = useIsSignedIn();
  const next = returnTo(search);
  const form = useForm({
    initial: { name: '', email: '', password: '' },
    check: ({ name, email, password }) => ({ name: nameIssue(name), email: emailIssue(email), password: newPasswordIssue(password) }),
    submit: ({ name, email, password }) => register(email, password, name),
  });
  if (isSignedIn) return <Navigate to={next} replace />;
  return (
    <Door
      title="Take a seat"
      lead="An account is free, and some films are too."
      below={
        <>
          Been here before? <Link to={signInPath(next)}>Sign in</Link>
        </>
      }
    >
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('name')} label="Name" autoComplete="name" hint="Optional. What we greet you by." />
        <TextField {...form.field('email')} label="Email address" type="email" autoComplete="username" inputMode="email" />
        <PasswordField {...form.field('password')} label="Password" autoComplete="new-password" hint="At least 8 characters. A phrase is better than a puzzle." />
        <Button type="submit" look="primary" size="lg" wide busy={form.isBusy}>
          Open the account
        </Button>
      </form>
    </Door>
  );
}
