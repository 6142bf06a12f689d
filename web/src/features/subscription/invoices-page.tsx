import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice } from '@/components/notice';
import { SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { day } from '@/lib/format';
import type { Invoice, Subscription } from '@/lib/models';
import { money } from '@/lib/money';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { openTab } from '@/lib/open-tab';
import { useSubscription } from '@/lib/queries/use-subscription';
import styles from './invoices-page.module.css';
import { PaymentDialog } from './payment-dialog';
import type { PaymentElsewhere } from './payment-dialog';
import { useInvoices } from './use-invoices';

export function Component() {
  usePageTitle(t`Invoices`);
  return (
    <SheetPage title={t`Invoices`}>
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
      <Loading label={t`Loading your invoices`}>
        <Skeleton shape="block" className={styles.waiting} />
      </Loading>
    );
  }
  if (shown.length === 0) return <Empty icon="card" title={t`No invoices yet`} text={t`Your invoices will appear here.`} />;
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
            <Trans>Show older invoices</Trans>
          </Button>
        </div>
      )}
    </>
  );
}

function Row({ invoice }: { invoice: Invoice }) {
  const { number, status, amount_due, amount_paid, amount_refunded, currency, created_at, hosted_invoice_url, invoice_pdf } = invoice;
  const refunded = money(amount_refunded, currency);
  const name = number ?? t`Invoice`;
  return (
    <li className={styles.row}>
      <div className={styles.what}>
        <p className={styles.day}>{day(created_at)}</p>
        <p className={styles.number}>{name}</p>
      </div>
      <div className={styles.sum}>
        <p className={styles.amount}>{money(status === 'paid' ? amount_paid : amount_due, currency)}</p>
        {amount_refunded > 0 && <p className={styles.number}>{t`${refunded} refunded`}</p>}
      </div>
      <State status={status} />
      <div className={styles.links}>
        {status === 'open' && hosted_invoice_url && <PayInvoice href={hosted_invoice_url} name={name} />}
        {invoice_pdf && (
          <a href={invoice_pdf} className={styles.link} target="_blank" rel="noreferrer">
            <Icon name={MORE_ICONS.download} size={18} />
            <Trans>
              PDF<span className="visually-hidden"> of {name}, opens in a new tab</span>
            </Trans>
          </a>
        )}
      </div>
    </li>
  );
}

/** Pays an open invoice in a new tab, and waits for the result. */
function PayInvoice({ href, name }: { href: string; name: string }) {
  const [payment, setPayment] = useState<(PaymentElsewhere & { before: string }) | null>(null);
  const subscription = useSubscription();
  const pay = () => setPayment({ href, isBlocked: openTab(href) === null, before: stateOf(subscription.data) });
  return (
    <>
      <Button size="sm" look="primary" aria-label={t`Pay invoice ${name}`} busy={!subscription.data} onClick={pay}>
        <Trans>Pay now</Trans>
      </Button>
      {payment && (
        <PaymentDialog
          {...payment}
          isSettled={(now) => stateOf(now) !== payment.before}
          onSettled={() => {
            setPayment(null);
            notify(t`Thank you. We received your payment.`);
          }}
          onClose={() => setPayment(null)}
        />
      )}
    </>
  );
}

/** The parts of a subscription that a payment changes. */
function stateOf(subscription: Subscription | undefined): string {
  const { status, plan_type, interval, current_period_end, grace_until } = subscription ?? {};
  return JSON.stringify([status, plan_type, interval, current_period_end, grace_until]);
}

function State({ status }: { status: string }) {
  switch (status) {
    case 'paid':
      return (
        <Badge kind="positive">
          <Trans>Paid</Trans>
        </Badge>
      );
    case 'open':
      return (
        <Badge kind="danger">
          <Trans>Unpaid</Trans>
        </Badge>
      );
    case 'void':
      return (
        <Badge>
          <Trans>Void</Trans>
        </Badge>
      );
    case 'uncollectible':
      return (
        <Badge kind="warning">
          <Trans>Not collected</Trans>
        </Badge>
      );
    default:
      return <Badge>{status}</Badge>;
  }
}
