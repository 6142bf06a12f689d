import { useId } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { TextArea, TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { fieldMoney, moneyOfField } from '@/lib/fields';
import { money } from '@/lib/format';
import type { Payment } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import styles from './dialog-form.module.css';
import { REASON_LENGTH_MAX, reasonIssue } from './reason';
import { useRefundPayment } from './use-refund-payment';

/** Gives money back; never without a reason. */
export function RefundDialog({ member_id, payment, onClose }: { member_id: string; payment: Payment; onClose: () => void }) {
  const { currency, amount_paid, amount_refunded, number } = payment;
  const left = amount_paid - amount_refunded;
  const refund = useRefundPayment(member_id, payment.id);
  const id = useId();
  const form = useForm({
    initial: { amount: fieldMoney(left, currency), reason: '' },
    check: ({ amount, reason }) => ({ amount: amountIssue(amount, left, currency), reason: reasonIssue(reason) }),
    submit: async ({ amount, reason }) => {
      const { refund: done } = await refund.mutateAsync({ amount: moneyOfField(amount, currency) ?? left, reason: reason.trim() });
      notify(`${money(done.amount, done.currency)} ${done.status === 'succeeded' ? 'went back' : 'is on its way back'}`);
      onClose();
    },
  });
  const wanted = moneyOfField(form.values.amount, currency);
  return (
    <Dialog
      open
      onClose={() => !form.isBusy && onClose()}
      title="Refund"
      description={`${money(left, currency)} of invoice ${number ?? payment.id} can go back. The subscription goes on; this cannot be undone.`}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form={id} look="danger" busy={form.isBusy}>
            {wanted && wanted <= left ? `Refund ${money(wanted, currency)}` : 'Refund'}
          </Button>
        </>
      }
    >
      <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('amount')} label={`Amount in ${currency.toUpperCase()}`} inputMode="decimal" autoComplete="off" />
        <TextArea {...form.field('reason')} label="Reason" rows={3} maxLength={REASON_LENGTH_MAX} hint="Kept in the audit, with your name." />
      </form>
    </Dialog>
  );
}

function amountIssue(typed: string, left: number, currency: string): string | undefined {
  const amount = moneyOfField(typed, currency);
  if (amount === null || amount === 0) return `Give an amount, such as ${fieldMoney(left, currency)}`;
  return amount > left ? `At most ${money(left, currency)} can go back` : undefined;
}
