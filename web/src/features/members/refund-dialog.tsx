import { t } from '@lingui/core/macro';
import { TextField } from '@/components/field';
import { isAccepted, unitOf } from '@/lib/currency';
import { fieldMoney, moneyOfField } from '@/lib/fields';
import type { Payment } from '@/lib/models';
import { money } from '@/lib/money';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import { FormDialog, ReasonField } from './form-dialog';
import { reasonIssue } from './reason';
import { useRefundPayment } from './use-refund-payment';

/** Refunds a payment in whole or in part. Requires a reason. */
export function RefundDialog({ member_id, payment, onClose }: { member_id: string; payment: Payment; onClose: () => void }) {
  const { currency, amount_paid, amount_refunded, number } = payment;
  const left = amount_paid - amount_refunded;
  const refund = useRefundPayment(member_id, payment.id);
  const form = useForm({
    initial: { amount: fieldMoney(left, currency), reason: '' },
    check: ({ amount, reason }) => ({ amount: amountIssue(amount, left, currency), reason: reasonIssue(reason) }),
    submit: async ({ amount, reason }) => {
      const { refund: done } = await refund.mutateAsync({ amount: moneyOfField(amount, currency) ?? left, reason: reason.trim() });
      const refunded = money(done.amount, done.currency);
      notify(done.status === 'succeeded' ? t`${refunded} refunded` : t`The refund of ${refunded} is pending`);
      onClose();
    },
  });
  const wanted = moneyOfField(form.values.amount, currency);
  const amount = wanted ? money(wanted, currency) : '';
  const most = money(left, currency);
  const invoice = number ?? payment.id;
  const code = currency.toUpperCase();
  return (
    <FormDialog
      title={t`Refund`}
      description={t`You can refund up to ${most} of invoice ${invoice}. The subscription continues. You cannot undo a refund.`}
      form={form}
      submitLabel={wanted && wanted <= left ? t`Refund ${amount}` : t`Refund`}
      submitLook="danger"
      onClose={onClose}
    >
      <TextField {...form.field('amount')} label={t`Amount in ${code}`} inputMode="decimal" autoComplete="off" />
      <ReasonField {...form.field('reason')} />
    </FormDialog>
  );
}

function amountIssue(typed: string, left: number, currency: string): string | undefined {
  const amount = moneyOfField(typed, currency);
  const example = fieldMoney(left, currency);
  if (amount === null || amount === 0) return t`Enter an amount, such as ${example}`;
  const most = money(left, currency);
  if (amount > left) return t`You can refund at most ${most}`;
  if (amount !== left && !isAccepted(amount, currency)) {
    const [code, step] = [currency.toUpperCase(), fieldMoney(unitOf(currency).step ?? 1, currency)];
    return t`Refunds in ${code} must be multiples of ${step}`;
  }
  return undefined;
}
