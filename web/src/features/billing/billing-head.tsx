import { t } from '@lingui/core/macro';
import { PageHead } from '@/components/page-head';
import { TabLinks } from '@/components/tab-links';

const tabs = () => [
  { to: '/admin/billing', label: t`Billing events`, end: true },
  { to: '/admin/billing/drift', label: t`Reconciliation` },
];

/** The head of the billing pages. */
export function BillingHead() {
  return (
    <>
      <PageHead title={t`Billing`} lead={t`Stripe holds the original data. Marquee keeps a copy and updates it with Stripe’s events.`} />
      <TabLinks label={t`Billing`} tabs={tabs()} />
    </>
  );
}
