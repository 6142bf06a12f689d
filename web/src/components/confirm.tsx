import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { useAct } from '@/lib/use-act';
import { Button } from './button';
import { Dialog } from './dialog';
import { ErrorNotice } from './notice';

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What happens, and whether it can be undone. */
  description: ReactNode;
  /** The button's label: `Delete`. */
  actionLabel: string;
  look?: 'danger' | 'primary';
  /** Does it. If this throws, the dialog stays open and shows the error. */
  act: () => Promise<unknown>;
}

/** Asks for confirmation. */
export function Confirm({ open, onClose, title, description, actionLabel, look = 'danger', act }: ConfirmProps) {
  const { run, isBusy, error, reset } = useAct(act);
  const close = () => {
    if (isBusy) return;
    reset();
    onClose();
  };
  const go = async () => {
    if (await run()) onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      description={description}
      actions={
        <>
          <Button look="plain" onClick={close}>
            {t`Cancel`}
          </Button>
          <Button look={look} busy={isBusy} onClick={() => void go()}>
            {actionLabel}
          </Button>
        </>
      }
    >
      {error !== null && <ErrorNotice size="line" error={error} />}
    </Dialog>
  );
}
