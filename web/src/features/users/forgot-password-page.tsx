import { useState } from 'react';
import { Link } from 'react-router';
import { Button } from '@/components/button';
import { TextField } from '@/components/field';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice, Remark } from '@/components/notice';
import { api, data } from '@/lib/api';
import { usePageTitle } from '@/lib/page-title';
import { useForm } from '@/lib/use-form';
import { emailIssue } from './checks';
import { Door } from './door';
import styles from './door.module.css';

export function Component() {
  usePageTitle('Forgotten password');
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm({
    initial: { email: '' },
    check: ({ email }) => ({ email: emailIssue(email) }),
    submit: async ({ email }) => {
      await data(api.POST('/api/auth/forgot-password', { body: { email: email.trim() } }));
      setSentTo(email.trim());
    },
  });
  return (
    <Door title="Forgotten it?" lead="It happens. We mail you a link by which you choose a new password." below={<Link to="/sign-in">Back to the sign-in</Link>}>
      <div role="status">
        {sentTo && (
          <Remark kind="positive" icon={MORE_ICONS.mail}>
            <strong>Look into your mailbox</strong>
            <p>If {sentTo} has an account with us, a link is on its way. It works once, for half an hour.</p>
          </Remark>
        )}
      </div>
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('email')} label="Email address" type="email" autoComplete="username" inputMode="email" />
        <Button type="submit" look={sentTo ? 'quiet' : 'primary'} size="lg" wide busy={form.isBusy}>
          {sentTo ? 'Send it again' : 'Send the link'}
        </Button>
      </form>
    </Door>
  );
}
