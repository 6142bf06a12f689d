import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useId } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { hasCode } from '@/lib/errors/api-error';
import type { Profile } from '@/lib/models';
import { useForm } from '@/lib/use-form';
import { isWholePin, pinRefusal } from './pin';
import { PinField } from './pin-field';
import styles from './profiles.module.css';

interface PinDialogProps {
  profile: Profile;
  onClose: () => void;
  /** Opens the profile. If this throws, the dialog says why. */
  onPin: (pin: string) => Promise<unknown>;
}

/** Asks for the PIN of a profile. */
export function PinDialog({ profile: { name }, onClose, onPin }: PinDialogProps) {
  const id = useId();
  const form = useForm({
    initial: { pin: '' },
    check: ({ pin }) => ({ pin: isWholePin(pin) ? undefined : t`Enter the four digits of the PIN` }),
    submit: ({ pin }) => onPin(pin),
    issuesOf: (error) => {
      // After a wrong PIN, the viewer starts again.
      if (hasCode(error, 'INVALID_CREDENTIALS')) form.set('pin', '');
      return { pin: pinRefusal(error) };
    },
  });
  const close = () => !form.isBusy && onClose();
  return (
    <Dialog
      open
      onClose={close}
      initialFocus={() => document.getElementById(id)?.querySelector('input') ?? null}
      title={t`PIN for ${name}`}
      description={t`Enter the PIN to watch as ${name}.`}
      actions={
        <>
          <Button look="plain" onClick={close}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form={id} look="primary" busy={form.isBusy}>
            <Trans>Continue</Trans>
          </Button>
        </>
      }
    >
      <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        <PinField {...form.field('pin')} label={t`PIN`} onPin={(pin) => form.set('pin', pin)} />
        <p className={styles.note}>
          <Trans>Forgot it? The account owner can change it under “Manage profiles”.</Trans>
        </p>
      </form>
    </Dialog>
  );
}
