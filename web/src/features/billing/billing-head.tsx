import { PageHead } from '@/components/page-head';
import { TabLinks } from '@/components/tab-links';

const TABS = [
  { to: '/admin/billing', label: 'Events', end: true },
  { to: '/admin/billing/drift', label: 'Drift' },
];

/** The head of the pages on billing. */
export function BillingHead() {
  return (
    <>
      <PageHead title="Billing" lead="Stripe owns the truth; what is kept here is a copy that follows it." />
      <TabLinks label="Billing" tabs={TABS} />
    </>
  );
}
