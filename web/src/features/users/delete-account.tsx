import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { api, data } from '@/lib/api';
import { notify } from '@/lib/notify';
import { endSession } from '@/lib/session';
import { useForm } from '@/lib/use-form';
import styles from './profile-page.module.css';

/** Deletes the account when its address is typed once more: nothing of it can be brought back. */
export function DeleteAccount({ email }: { email: string }) {
  const [isAsking, setIsAsking] = useState(false);
  const navigate = useNavigate();
  const form = useForm({
    initial: { email: '' },
    check: (typed) => ({
      email: typed.email.trim().toLowerCase() === email.toLowerCase() ? undefined : `Enter ${email} to go on`,
    }),
    submit: async () => {
      await data(api.DELETE('/api/account'));
      setIsAsking(false);
      // First away from what only the signed-in may see: this is no lost session.
      await navigate('/', { replace: true });
      endSession();
      notify('Your account is deleted. Farewell.');
    },
  });
  const close = () => {
    setIsAsking(false);
    form.reset();
  };
  return (
    <>
      <div>
        <Button look="danger" onClick={() => setIsAsking(true)}>
          Delete the account
        </Button>
      </div>
      <Dialog
        open={isAsking}
        onClose={close}
        title="Delete your account?"
        description="Your subscription ends now, without a refund, and everything that we hold on you is deleted: your history, your devices, your name. It cannot be brought back."
      >
        <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
          {form.error !== null && <ErrorNotice size="line" error={form.error} />}
          <TextField {...form.field('email')} label="Your email address, to be sure" type="email" autoComplete="off" />
          <div className={styles.actions}>
            <Button onClick={close}>Keep it</Button>
            <Button type="submit" look="danger" busy={form.isBusy}>
              Delete everything
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
