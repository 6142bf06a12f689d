import { t } from '@lingui/core/macro';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Copied } from '@/components/copied';
import { Note } from '@/components/panel';
import { Table } from '@/components/table';
import type { Column } from '@/components/table';
import { utcDay } from '@/lib/format';
import type { Payment } from '@/lib/models';
import { money } from '@/lib/money';
import styles from './payments.module.css';
import { RefundDialog } from './refund-dialog';

/** A member's invoices, and what can be refunded. */
export function Payments({ member_id, payments }: { member_id: string; payments: Payment[] }) {
  const [refunded, setRefunded] = useState<string | null>(null);
  const asked = payments.find(({ id }) => id === refunded);
  if (payments.length === 0) return <Note>{t`No payments yet.`}</Note>;
  const columns: Column<Payment>[] = [
    {
      key: 'number',
      head: t`Invoice`,
      isName: true,
      cell: ({ id, number }) => <Copied id={number ?? id} what={t`Invoice number`} isWhole />,
    },
    { key: 'created', head: t`Date`, cell: ({ created_at }) => <span className={styles.quiet}>{utcDay(created_at)}</span> },
    { key: 'status', head: t`Status`, cell: (payment) => <PaymentBadge payment={payment} /> },
    {
      key: 'amount',
      head: t`Amount`,
      align: 'end',
      cell: ({ amount_due, amount_paid, currency }) => money(amount_paid || amount_due, currency),
    },
    {
      key: 'refunded',
      head: t`Refunded`,
      align: 'end',
      cell: ({ amount_refunded, currency }) => (amount_refunded > 0 ? money(amount_refunded, currency) : null),
    },
    {
      key: 'refund',
      head: t`Actions`,
      isHeadHidden: true,
      align: 'end',
      // While a dispute is open, and once it is lost, the bank decides about the money.
      cell: ({ id, number, amount_paid, amount_refunded, dispute }) =>
        amount_paid > amount_refunded && !isWithBank(dispute) ? (
          <Button size="sm" onClick={() => setRefunded(id)} aria-label={refundLabel(number ?? id)}>
            {t`Refund`}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <Table label={t`Payments`} columns={columns} rows={payments} rowKey={({ id }) => id} />
      {asked && <RefundDialog member_id={member_id} payment={asked} onClose={() => setRefunded(null)} />}
    </>
  );
}

const refundLabel = (invoice: string) => t`Refund invoice ${invoice}`;

type Dispute = Payment['dispute'];

function disputeBadge(dispute: Dispute): ReactNode {
  switch (dispute?.status) {
    case 'needs_response':
      return <Badge kind="danger">{t`Disputed: response needed`}</Badge>;
    case 'under_review':
      return <Badge kind="warning">{t`Disputed: under review`}</Badge>;
    case 'lost':
      return <Badge kind="danger">{t`Dispute lost`}</Badge>;
    case 'warning_needs_response':
      return <Badge kind="warning">{t`Inquiry: response needed`}</Badge>;
    case 'warning_under_review':
      return <Badge kind="warning">{t`Inquiry: under review`}</Badge>;
    default:
      return null;
  }
}

function isWithBank(dispute: Dispute): boolean {
  return ['needs_response', 'under_review', 'lost'].includes(dispute?.status ?? '');
}

function PaymentBadge({ payment: { status, amount_paid, amount_refunded, dispute } }: { payment: Payment }) {
  const disputed = disputeBadge(dispute);
  if (disputed) return disputed;
  if (amount_paid > 0 && amount_refunded >= amount_paid) return <Badge>{t`Refunded`}</Badge>;
  if (amount_refunded > 0) return <Badge kind="warning">{t`Partly refunded`}</Badge>;
  switch (status) {
    case 'paid':
      return <Badge kind="positive">{t`Paid`}</Badge>;
    case 'open':
      return <Badge kind="warning">{t`Open`}</Badge>;
    case 'uncollectible':
      return <Badge kind="danger">{t`Uncollectible`}</Badge>;
    case 'void':
      return <Badge>{t`Void`}</Badge>;
    default:
      return <Badge>{status}</Badge>;
  }
}
