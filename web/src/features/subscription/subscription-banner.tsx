import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Suspense, lazy, useState } from 'react';
import { ButtonLink, IconButton } from '@/components/button';
import { Icon } from '@/components/icon';
import { useSubscription } from '@/lib/queries/use-subscription';
import { serviceNow } from '@/lib/service-clock';
import styles from './subscription-banner.module.css';
import { warningOf } from './warning';
import type { Warning } from './warning';

// Loaded only when needed, because most viewers owe nothing.
const PayButton = lazy(() => import('./pay-button').then(({ PayButton }) => ({ default: PayButton })));

const KEY = 'marquee.dismissed';

/** A notice on every page about a failed payment or a plan that ends soon. It is at the bottom of the window and shifts nothing. */
export default function SubscriptionBanner() {
  const { data: subscription } = useSubscription();
  const [dismissed, setDismissed] = useState(kept);
  const warning = subscription ? warningOf(subscription, serviceNow()) : null;
  const dismiss = (what: string) => {
    setDismissed(what);
    try {
      localStorage.setItem(KEY, what);
    } catch {
      // Without storage it is shown again on the next visit.
    }
  };
  const isShown = warning && (!warning.dismiss_as || warning.dismiss_as !== dismissed);
  return (
    <div role="status" className={styles.banner}>
      {isShown && <Content warning={warning} onDismiss={dismiss} />}
    </div>
  );
}

function Content({ warning: { kind, text, step, dismiss_as }, onDismiss }: { warning: Warning; onDismiss: (what: string) => void }) {
  return (
    <section aria-label={t`About your subscription`} className={styles.content}>
      <span className={styles[kind]}>
        <Icon name={step === 'pay' ? 'card' : 'alert'} />
      </span>
      <p className={styles.text}>{text}</p>
      {step === 'pay' ? (
        <Suspense fallback={<span className={styles.waiting} />}>
          <PayButton size="sm" />
        </Suspense>
      ) : (
        <ButtonLink to="/account" look="primary" size="sm">
          <Trans>Manage subscription</Trans>
        </ButtonLink>
      )}
      {dismiss_as && <IconButton icon="close" label={t`Dismiss`} onClick={() => onDismiss(dismiss_as)} />}
    </section>
  );
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
