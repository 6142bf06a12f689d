import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSearchParams } from '@/lib/router/place';
import { ButtonLink, Button } from '@/components/button';
import { ErrorNotice } from '@/components/notice';
import { api, data } from '@/lib/api';
import { BRAND } from '@/lib/brand';
import { day } from '@/lib/format';
import type { Subscription } from '@/lib/models';
import { planName } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { invalidate } from '@/lib/queries/keys';
import { subscriptionQuery } from '@/lib/queries/use-subscription';
import { forgetReturnPath, returnPath } from '@/lib/return-path';
import styles from './return-page.module.css';

const POLL_INTERVAL = 2000;
/** After this time waiting no longer helps. */
const WAIT_MAX = 45_000;

/** The page after the checkout: waits until the subscription is active, and then confirms it. */
export function Component() {
  usePageTitle(t`Welcome`);
  const [params] = useSearchParams();
  const session_id = params.get('session_id') ?? undefined;
  const [round, setRound] = useState(0);
  const isLate = useIsLate(round);
  const client = useQueryClient();
  const subscription = useQuery({
    queryKey: ['subscription', 'return', session_id],
    queryFn: ({ signal }) => data(api.GET('/api/subscription', { params: { query: { session_id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.access.allowed || isLate ? false : POLL_INTERVAL),
    staleTime: 0,
  });
  const current = subscription.data;
  useEffect(() => {
    if (!current) return;
    client.setQueryData(subscriptionQuery.queryKey, current);
    // Earlier refusals no longer apply.
    if (current.access.allowed) invalidate(client, ['video']);
  }, [client, current]);

  if (current?.access.allowed) return <Welcome subscription={current} />;
  if (subscription.error && !current)
    return <ErrorNotice size="page" error={subscription.error} onRetry={() => void subscription.refetch()} />;
  return isLate ? <PaymentDelayed onAsk={() => setRound(round + 1)} /> : <Waiting />;
}

function useIsLate(round: number): boolean {
  const [late, setLate] = useState(-1);
  useEffect(() => {
    const timer = setTimeout(() => setLate(round), WAIT_MAX);
    return () => clearTimeout(timer);
  }, [round]);
  return late === round;
}

function Waiting() {
  return (
    <div className={styles.page} role="status">
      <MarqueeLights isLit={false} />
      <h1>
        <Trans>Confirming your payment</Trans>
      </h1>
      <p className={styles.text}>
        <Trans>This takes a few seconds. This page continues automatically.</Trans>
      </p>
    </div>
  );
}

function Welcome({ subscription }: { subscription: Subscription }) {
  const [next] = useState(returnPath);
  useEffect(() => forgetReturnPath(), []);
  const { plan_type, status, trial_end } = subscription;
  const name = plan_type ? planName(plan_type) : BRAND;
  const date = trial_end && day(trial_end);
  return (
    <div className={styles.page} role="status">
      <MarqueeLights isLit />
      <h1>{t`Welcome to ${name}`}</h1>
      <p className={styles.text}>
        {status === 'trialing' && date ? (
          <Trans>Your free trial runs until {date}. You can now watch everything in your plan.</Trans>
        ) : (
          <Trans>You can now watch everything in your plan.</Trans>
        )}
      </p>
      <div className={styles.actions}>
        <ButtonLink to={next ?? '/'} look="primary" size="lg" icon="play">
          {next ? t`Watch now` : t`Start watching`}
        </ButtonLink>
        <ButtonLink to="/account" size="lg">
          <Trans>Manage subscription</Trans>
        </ButtonLink>
      </div>
    </div>
  );
}

function PaymentDelayed({ onAsk }: { onAsk: () => void }) {
  return (
    <div className={styles.page} role="status">
      <MarqueeLights isLit={false} />
      <h1>
        <Trans>We haven’t received your payment yet</Trans>
      </h1>
      <p className={styles.text}>
        <Trans>
          If you’ve paid, your plan starts as soon as your payment arrives. You don’t need to wait here. If you left the checkout, you were
          not charged.
        </Trans>
      </p>
      <div className={styles.actions}>
        <Button look="primary" onClick={onAsk}>
          <Trans>Check again</Trans>
        </Button>
        <ButtonLink to="/plans">
          <Trans>Back to plans</Trans>
        </ButtonLink>
      </div>
    </div>
  );
}

/** The lights of the marquee: they run while the payment is pending, and stay lit afterwards. */
function MarqueeLights({ isLit }: { isLit: boolean }) {
  return (
    <div className={isLit ? styles.lit : styles.lights} aria-hidden="true">
      {Array.from({ length: 9 }, (_, bulb) => (
        <span key={bulb} />
      ))}
    </div>
  );
}
