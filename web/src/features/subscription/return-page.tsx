import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ButtonLink, Button } from '@/components/button';
import { ErrorNotice } from '@/components/notice';
import { api, data } from '@/lib/api';
import { capital, day } from '@/lib/format';
import type { Subscription } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { subscriptionQuery } from '@/lib/queries/use-subscription';
import { forgetWanted, wanted } from '@/lib/wanted';
import styles from './return-page.module.css';

const ASK_EVERY = 2000;
/** Then something other than patience is needed. */
const WAIT_MAX = 45_000;

/** Back from the checkout: waits until the plan can be watched, and says so. */
export function Component() {
  usePageTitle('Welcome');
  const [params] = useSearchParams();
  const session_id = params.get('session_id') ?? undefined;
  const [round, setRound] = useState(0);
  const isLate = useIsLate(round);
  const client = useQueryClient();
  const subscription = useQuery({
    queryKey: ['subscription', 'return', session_id],
    queryFn: ({ signal }) => data(api.GET('/api/subscription', { params: { query: { session_id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.access.allowed || isLate ? false : ASK_EVERY),
    staleTime: 0,
  });
  const current = subscription.data;
  useEffect(() => {
    if (!current) return;
    client.setQueryData(subscriptionQuery.queryKey, current);
    // What was refused before is not any more.
    if (current.access.allowed) void client.invalidateQueries({ queryKey: ['video'] });
  }, [client, current]);

  if (current?.access.allowed) return <Welcome subscription={current} />;
  if (subscription.error && !current) return <ErrorNotice size="page" error={subscription.error} onRetry={() => void subscription.refetch()} />;
  return isLate ? <Late onAsk={() => setRound(round + 1)} /> : <Waiting />;
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
      <Lights isLit={false} />
      <h1>Saving your seat</h1>
      <p className={styles.text}>Your payment is being confirmed. That takes a few seconds; this page goes on by itself.</p>
    </div>
  );
}

function Welcome({ subscription }: { subscription: Subscription }) {
  const [next] = useState(wanted);
  useEffect(() => forgetWanted(), []);
  const { plan_type, status, trial_end } = subscription;
  return (
    <div className={styles.page} role="status">
      <Lights isLit />
      <h1>{`Welcome to ${plan_type ? capital(plan_type) : 'Marquee'}`}</h1>
      <p className={styles.text}>
        {status === 'trialing' && trial_end ? `It is free until ${day(trial_end)}. ` : ''}
        Everything in your plan is open to you now.
      </p>
      <div className={styles.actions}>
        <ButtonLink to={next ?? '/'} look="primary" size="lg" icon="play">
          {next ? 'To your film' : 'Start watching'}
        </ButtonLink>
        <ButtonLink to="/account" size="lg">
          Your plan
        </ButtonLink>
      </div>
    </div>
  );
}

function Late({ onAsk }: { onAsk: () => void }) {
  return (
    <div className={styles.page} role="status">
      <Lights isLit={false} />
      <h1>No payment has reached us yet</h1>
      <p className={styles.text}>If you paid, it will: we open your plan as soon as it does, and you need not wait here. If you left the checkout, nothing was charged.</p>
      <div className={styles.actions}>
        <Button look="primary" onClick={onAsk}>
          Look again
        </Button>
        <ButtonLink to="/plans">Back to the plans</ButtonLink>
      </div>
    </div>
  );
}

/** The lights over the entrance: they run while one waits, and are lit when one may come in. */
function Lights({ isLit }: { isLit: boolean }) {
  return (
    <div className={isLit ? styles.lit : styles.lights} aria-hidden="true">
      {Array.from({ length: 9 }, (_, bulb) => (
        <span key={bulb} />
      ))}
    </div>
  );
}
