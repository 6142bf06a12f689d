import { t } from '@lingui/core/macro';
import { useId } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { PasswordField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { api, asSession, data, endSessionOf } from '@/lib/api';
import { answerPassword, useIsPasswordDialogOpen } from '@/lib/confirm-password';
import { hasCode } from '@/lib/errors/api-error';
import { meQuery, useMe } from '@/lib/queries/use-me';
import { queryClient } from '@/lib/query-client';
import { isInFurtherProfile, startSession, token } from '@/lib/session';
import { useForm } from '@/lib/use-form';

/** Asks operators for their password again before an action that moves money or changes access. */
export function ConfirmPassword() {
  return useIsPasswordDialogOpen() ? <Question /> : null;
}

/**
 * The token of a new session in the profile of the current one. If that profile has a PIN, the session continues in the first profile,
 * because the password does not replace a PIN.
 */
async function inSameProfile(account: string): Promise<string> {
  if (!isInFurtherProfile()) return account;
  const { profile } = await queryClient.query(meQuery);
  if (!profile) return account;
  const params = { path: { profile_id: profile.id } };
  const selecting = data(api.POST('/api/profiles/{profile_id}/select', { params, body: {}, headers: asSession(account) }));
  return selecting.then(
    (selected) => selected.token,
    () => account,
  );
}

function Question() {
  const me = useMe();
  const id = useId();
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => ({ password: password ? undefined : t`Enter your password` }),
    submit: async ({ password }) => {
      const { email } = me.data ?? (await queryClient.query(meQuery));
      const before = token();
      const signedIn = await data(api.POST('/api/auth/login', { body: { email, password } }));
      startSession(await inSameProfile(signedIn.token));
      if (before !== null) void endSessionOf(before);
      answerPassword(true);
    },
    issuesOf: (error) => (hasCode(error, 'INVALID_CREDENTIALS') ? { password: t`This password is incorrect` } : null),
  });
  const close = () => !form.isBusy && answerPassword(false);
  return (
    <Dialog
      open
      onClose={close}
      title={t`Confirm your password`}
      description={t`This action moves money or changes someone’s access, and you signed in a while ago. Enter your password to continue. What you’ve entered won’t be lost.`}
      actions={
        <>
          <Button look="plain" onClick={close}>
            {t`Cancel`}
          </Button>
          <Button type="submit" form={id} look="primary" busy={form.isBusy}>
            {t`Continue`}
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <input type="text" name="username" value={me.data?.email ?? ''} readOnly hidden autoComplete="username" />
        <PasswordField {...form.field('password')} label={t`Your password`} autoComplete="current-password" />
      </form>
    </Dialog>
  );
}
