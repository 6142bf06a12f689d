import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Button } from '@/components/button';
import type { ButtonLook } from '@/components/button';
import { ErrorNotice } from '@/components/notice';
import { api, data, page } from '@/lib/api';
import type { Subscription } from '@/lib/models';
import { notify } from '@/lib/notify';
import { openTab } from '@/lib/open-tab';
import { useAct } from '@/lib/use-act';
import { hasOpenPayment } from './describe';
import { PaymentDialog } from './payment-dialog';
import type { PaymentElsewhere } from './payment-dialog';

const INVOICES_MAX = 12;

/** Pays the open invoice in a new tab and waits for that. Without an open invoice it leads to the card in the provider's portal. */
export function PayButton({
  label = t`Pay now`,
  size = 'md',
  onPaid,
}: {
  label?: string;
  size?: ButtonLook['size'];
  onPaid?: (subscription: Subscription) => void;
}) {
  const [payment, setPayment] = useState<PaymentElsewhere | null>(null);
  const { run, isBusy, error } = useAct(async () => {
    const tab = openTab();
    try {
      const href = await openInvoicePage();
      if (href === null) {
        tab?.close();
        const { portal_url } = await data(api.POST('/api/subscription/portal'));
        window.location.assign(portal_url);
        return;
      }
      tab?.location.replace(href);
      setPayment({ href, isBlocked: tab === null });
    } catch (failure) {
      tab?.close();
      throw failure;
    }
  });
  return (
    <>
      <Button look="primary" size={size} busy={isBusy} onClick={() => void run()}>
        {label}
      </Button>
      {error !== null && <ErrorNotice size="line" error={error} />}
      {payment && (
        <PaymentDialog
          {...payment}
          isSettled={(subscription) => !hasOpenPayment(subscription)}
          onSettled={(subscription) => {
            setPayment(null);
            notify(t`Thank you. We received your payment.`);
            onPaid?.(subscription);
          }}
          onClose={() => setPayment(null)}
        />
      )}
    </>
  );
}

/** The payment provider's page for the newest open invoice; `null` if none is open. */
async function openInvoicePage(): Promise<string | null> {
  const { items } = await page(api.GET('/api/subscription/invoices', { params: { query: { limit: INVOICES_MAX } } }));
  return items.find(({ status, hosted_invoice_url }) => status === 'open' && hosted_invoice_url)?.hosted_invoice_url ?? null;
}
