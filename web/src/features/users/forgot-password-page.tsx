import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'react';
import { Link } from '@/lib/router/link';
import { useLocation } from '@/lib/router/place';
import { Button } from '@/components/button';
import { AuthFrame } from '@/components/auth-frame';
import styles from '@/components/auth-frame.module.css';
import { TextField } from '@/components/field';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice, Callout } from '@/components/notice';
import { api, data } from '@/lib/api';
import { usePageTitle } from '@/lib/page-title';
import { returnTo, signInPath } from '@/lib/return-to';
import { useForm } from '@/lib/use-form';
import { emailIssue } from './checks';
import { draft, keepDraft } from './draft';
import { rememberReset } from './pending-reset';

export function Component() {
  usePageTitle(t`Forgot password`);
  const next = returnTo(useLocation().search);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm({
    initial: { email: draft().email },
    check: ({ email }) => ({ email: emailIssue(email) }),
    submit: async ({ email }) => {
      await data(api.POST('/api/auth/forgot-password', { body: { email: email.trim() } }));
      rememberReset(email.trim(), next);
      setSentTo(email.trim());
    },
  });
  const { email } = form.values;
  useEffect(() => keepDraft({ email }), [email]);
  return (
    <AuthFrame
      title={t`Forgot your password?`}
      lead={t`We’ll email you a link to choose a new one.`}
      below={
        <Link to={signInPath(next)}>
          <Trans>Back to sign-in</Trans>
        </Link>
      }
    >
      <div role="status">
        {sentTo && (
          <Callout kind="positive" icon={MORE_ICONS.mail}>
            <strong>
              <Trans>Check your email</Trans>
            </strong>
            <p>
              <Trans>If {sentTo} has an account, we’ve sent a link. It works once, for 30 minutes.</Trans>
            </p>
          </Callout>
        )}
      </div>
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('email')} label={t`Email address`} type="email" autoComplete="username" inputMode="email" />
        <Button type="submit" look={sentTo ? 'quiet' : 'primary'} size="lg" wide busy={form.isBusy}>
          {sentTo ? t`Send again` : t`Send link`}
        </Button>
      </form>
    </AuthFrame>
  );
}
