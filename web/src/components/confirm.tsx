import type { ReactNode } from 'react';
import { useAct } from '@/lib/use-act';
import { Button } from './button';
import { Dialog } from './dialog';
import { ErrorNotice } from './notice';

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, and whether it can be undone. */
  description: ReactNode;
  /** The deed in a word or two: `Delete`. */
  deed: string;
  look?: 'danger' | 'primary';
  /** Does it; the question stays, with what went wrong, when that throws. */
  act: () => Promise<unknown>;
}

/** Asks before something is done that is felt. */
export function Confirm({ open, onClose, title, description, deed, look = 'danger', act }: ConfirmProps) {
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
            Leave it
          </Button>
          <Button look={look} busy={isBusy} onClick={() => void go()}>
            {deed}
          </Button>
        </>
      }
    >
      {error !== null && <ErrorNotice size="line" error={error} />}
    </Dialog>
  );
}
