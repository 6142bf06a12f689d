import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice } from '@/components/notice';
import { SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { day, money } from '@/lib/format';
import type { Invoice } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import styles from './invoices-page.module.css';
import { useInvoices } from './use-invoices';

export function Component() {
  usePageTitle('Invoices');
  return (
    <SheetPage title="Invoices">
      <Invoices />
    </SheetPage>
  );
}

function Invoices() {
  const invoices = useInvoices();
  const shown = invoices.data?.pages.flatMap((page) => page.items);
  if (invoices.error && !shown) return <ErrorNotice error={invoices.error} onRetry={() => void invoices.refetch()} />;
  if (!shown) {
    return (
      <Loading label="Loading your invoices">
        <Skeleton shape="block" className={styles.waiting} />
      </Loading>
    );
  }
  if (shown.length === 0) return <Empty icon="card" title="Nothing to pay, nothing paid" text="Your invoices will be here once there are any." />;
  return (
    <>
      <ul className={styles.list}>
        {shown.map((invoice) => (
          <Row key={invoice.id} invoice={invoice} />
        ))}
      </ul>
      {invoices.isFetchNextPageError && <ErrorNotice error={invoices.error} onRetry={() => void invoices.fetchNextPage()} />}
      {invoices.hasNextPage && (
        <div>
          <Button busy={invoices.isFetchingNextPage} onClick={() => void invoices.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </>
  );
}

function Row({ invoice }: { invoice: Invoice }) {
  const { number, status, amount_due, amount_paid, amount_refunded, currency, created_at, hosted_invoice_url, invoice_pdf } = invoice;
  const name = number ?? 'Invoice';
  return (
    <li className={styles.row}>
      <div className={styles.what}>
        <p className={styles.day}>{day(created_at)}</p>
        <p className={styles.number}>{name}</p>
      </div>
      <div className={styles.sum}>
        <p className={styles.amount}>{money(status === 'paid' ? amount_paid : amount_due, currency)}</p>
        {amount_refunded > 0 && <p className={styles.number}>{`${money(amount_refunded, currency)} came back`}</p>}
      </div>
      <State status={status} />
      <div className={styles.links}>
        {status === 'open' && hosted_invoice_url && (
          <a href={hosted_invoice_url} className={styles.link}>
            Pay it<span className="visually-hidden">: {name}</span>
          </a>
        )}
        {invoice_pdf && (
          <a href={invoice_pdf} className={styles.link} target="_blank" rel="noreferrer">
            <Icon name={MORE_ICONS.download} size={18} />
            PDF<span className="visually-hidden"> of {name}, opens in a new tab</span>
          </a>
        )}
      </div>
    </li>
  );
}

function State({ status }: { status: string }) {
  switch (status) {
    case 'paid':
      return <Badge kind="positive">Paid</Badge>;
    case 'open':
      return <Badge kind="danger">Open</Badge>;
    case 'void':
      return <Badge>Void</Badge>;
    case 'uncollectible':
      return <Badge kind="warning">Not collected</Badge>;
    default:
      return <Badge>{status}</Badge>;
  }
}
