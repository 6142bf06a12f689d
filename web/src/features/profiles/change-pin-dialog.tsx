import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useId, useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { PasswordField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { Segments } from '@/components/segments';
import { hasCode } from '@/lib/errors/api-error';
import type { Profile } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useMe } from '@/lib/queries/use-me';
import { useForm } from '@/lib/use-form';
import { isWholePin } from './pin';
import { PinField } from './pin-field';
import styles from './profiles.module.css';
import { useChangeProfiles } from './use-change-profiles';

/** Sets, changes or removes a profile's PIN, with the password of the account. */
export function ChangePinDialog({ profile, onClose }: { profile: Profile; onClose: () => void }) {
  const id = useId();
  const me = useMe();
  const { update } = useChangeProfiles();
  const [what, setWhat] = useState<'change' | 'remove'>('change');
  const isRemoval = what === 'remove';
  const { name, has_pin } = profile;
  const form = useForm({
    initial: { pin: '', password: '' },
    check: ({ pin, password }) => ({
      pin: isRemoval || isWholePin(pin) ? undefined : t`Enter four digits`,
      password: password ? undefined : t`Enter your password`,
    }),
    submit: async ({ pin, password }) => {
      await update.mutateAsync({ id: profile.id, edits: { pin: isRemoval ? null : pin, password } });
      notify(isRemoval ? t`PIN removed` : t`PIN saved`);
      onClose();
    },
    issuesOf: (error) => (hasCode(error, 'INVALID_CREDENTIALS') ? { password: t`This password is incorrect` } : null),
  });
  const close = () => !form.isBusy && onClose();
  return (
    <Dialog
      open
      onClose={close}
      initialFocus={() => document.getElementById(id)?.querySelector('input') ?? null}
      title={t`PIN for ${name}`}
      description={t`Anyone who opens this profile must enter the PIN.`}
      actions={
        <>
          <Button look="plain" onClick={close}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form={id} look={isRemoval ? 'danger' : 'primary'} busy={form.isBusy}>
            {isRemoval ? t`Remove PIN` : t`Save PIN`}
          </Button>
        </>
      }
    >
      <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        {has_pin && (
          <Segments
            label={t`What to do`}
            value={what}
            onChange={setWhat}
            options={[
              { value: 'change', label: t`Change PIN` },
              { value: 'remove', label: t`Remove PIN` },
            ]}
          />
        )}
        {!isRemoval && <PinField {...form.field('pin')} label={t`New PIN`} hint={t`Four digits`} onPin={(pin) => form.set('pin', pin)} />}
        <input type="text" name="username" value={me.data?.email ?? ''} readOnly hidden autoComplete="username" />
        <PasswordField {...form.field('password')} label={t`Your password`} autoComplete="current-password" />
      </form>
    </Dialog>
  );
}
