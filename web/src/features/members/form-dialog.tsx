import { t } from '@lingui/core/macro';
import { useId } from 'react';
import type { ReactNode, SubmitEvent } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { TextArea } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import type { useForm } from '@/lib/use-form';
import styles from './form-dialog.module.css';
import { REASON_LENGTH_MAX } from './reason';

interface FormDialogProps {
  title: string;
  description: string;
  form: {
    isBusy: boolean;
    error: unknown;
    onSubmit: (event: SubmitEvent<HTMLFormElement>) => Promise<void>;
  };
  /** The label and the look of the button that submits the form. */
  submitLabel: string;
  submitLook: 'primary' | 'danger';
  onClose: () => void;
  /** The form's fields. */
  children: ReactNode;
}

/** A dialog around a form. Its buttons are outside of the form. It stays open while the form is being submitted. */
export function FormDialog({ title, description, form, submitLabel, submitLook, onClose, children }: FormDialogProps) {
  const id = useId();
  return (
    <Dialog
      open
      onClose={() => !form.isBusy && onClose()}
      title={title}
      description={description}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" form={id} look={submitLook} busy={form.isBusy}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        {children}
      </form>
    </Dialog>
  );
}

/** The field for an operator's reason. */
export function ReasonField(field: ReturnType<ReturnType<typeof useForm>['field']>) {
  return (
    <TextArea
      {...field}
      label={t`Reason`}
      rows={3}
      maxLength={REASON_LENGTH_MAX}
      hint={t`This is recorded in the audit log with your name.`}
    />
  );
}
