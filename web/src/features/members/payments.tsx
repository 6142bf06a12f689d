import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Copied } from '@/components/copied';
import { Note } from '@/components/panel';
import { Table } from '@/components/table';
import type { Column } from '@/components/table';
import { capital, day, money } from '@/lib/format';
import type { Payment } from '@/lib/models';
import styles from './payments.module.css';
import { RefundDialog } from './refund-dialog';

/** A member's invoices, and what of them can go back. */
export function Payments({ member_id, payments }: { member_id: string; payments: Payment[] }) {
  const [refunded, setRefunded] = useState<string | null>(null);
  const asked = payments.find(({ id }) => id === refunded);
  if (payments.length === 0) return <Note>Nothing has been billed yet.</Note>;
  const columns: Column<Payment>[] = [
    { key: 'number', head: 'Invoice', isName: true, cell: ({ id, number }) => <Copied id={number ?? id} what="Invoice number" isWhole /> },
    { key: 'created', head: 'Made', cell: ({ created_at }) => <span className={styles.quiet}>{day(created_at)}</span> },
    { key: 'status', head: 'State', cell: (payment) => <PaymentBadge payment={payment} /> },
    { key: 'amount', head: 'Amount', align: 'end', cell: ({ amount_due, amount_paid, currency }) => money(amount_paid || amount_due, currency) },
    {
      key: 'refunded',
      head: 'Refunded',
      align: 'end',
      cell: ({ amount_refunded, currency }) => (amount_refunded > 0 ? money(amount_refunded, currency) : null),
    },
    {
      key: 'refund',
      head: 'What to do',
      isHeadHidden: true,
      align: 'end',
      cell: ({ id, number, amount_paid, amount_refunded }) =>
        amount_paid > amount_refunded ? (
          <Button size="sm" onClick={() => setRefunded(id)} aria-label={`Refund invoice ${number ?? id}`}>
            Refund
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <Table label="Payments" columns={columns} rows={payments} rowKey={({ id }) => id} />
      {asked && <RefundDialog member_id={member_id} payment={asked} onClose={() => setRefunded(null)} />}
    </>
  );
}

function PaymentBadge({ payment: { status, amount_paid, amount_refunded } }: { payment: Payment }) {
  if (amount_paid > 0 && amount_refunded >= amount_paid) return <Badge>Refunded</Badge>;
  if (amount_refunded > 0) return <Badge kind="warning">Partly refunded</Badge>;
  switch (status) {
    case 'paid':
      return <Badge kind="positive">Paid</Badge>;
    case 'open':
      return <Badge kind="warning">Open</Badge>;
    case 'uncollectible':
      return <Badge kind="danger">Given up</Badge>;
    default:
      return <Badge>{capital(status)}</Badge>;
  }
}
