import { Link, useSearchParams } from 'react-router';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Copied } from '@/components/copied';
import { DayFilter } from '@/components/day-filter';
import { EndlessTable } from '@/components/endless-table';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty } from '@/components/notice';
import { Segments } from '@/components/segments';
import type { Column } from '@/components/table';
import { sentence } from '@/lib/errors/explain';
import { moment } from '@/lib/format';
import type { BillingEvent, EventState } from '@/lib/models';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { useAct } from '@/lib/use-act';
import { BillingHead } from './billing-head';
import styles from './billing.module.css';
import { useBillingEvents } from './use-billing-events';
import { useReplayEvent } from './use-replay-event';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const STATES = [
  { value: 'all', label: 'All' },
  { value: 'applied', label: 'Applied' },
  { value: 'set_aside', label: 'Set aside' },
] as const;

const COLUMNS: Column<BillingEvent>[] = [
  {
    key: 'type',
    head: 'Event',
    isName: true,
    cell: ({ event_type, id }) => (
      <span className={styles.event}>
        <code className={styles.type}>{event_type}</code>
        <span className={styles.id}>
          <Copied id={id} what="Id of the event" />
        </span>
      </span>
    ),
  },
  {
    key: 'state',
    head: 'State',
    cell: ({ state, error }) => (
      <span className={styles.state}>
        {state === 'applied' ? <Badge kind="positive">Applied</Badge> : <Badge kind="danger">Set aside</Badge>}
        {error && <span className={styles.error}>{error}</span>}
      </span>
    ),
  },
  {
    key: 'whose',
    head: 'Whose',
    cell: ({ user_id, stripe_customer_id }) =>
      user_id ? (
        <Link to={`/admin/members/${user_id}`} className={styles.link}>
          {stripe_customer_id ?? 'The member'}
        </Link>
      ) : stripe_customer_id ? (
        <Copied id={stripe_customer_id} what="Stripe customer" isWhole />
      ) : null,
  },
  { key: 'came', head: 'Came', cell: ({ received_at }) => <span className={styles.quiet}>{moment(received_at)}</span> },
  { key: 'replay', head: 'What to do', isHeadHidden: true, align: 'end', cell: (event) => <Replay event={event} /> },
];

export function Component() {
  usePageTitle('Billing events');
  const [params, setParams] = useSearchParams();
  const wanted = params.get('day') ?? '';
  const day = DAY.test(wanted) ? wanted : undefined;
  const state = (['applied', 'set_aside'] as const).find((known) => known === params.get('state'));
  const events = useBillingEvents({ day, state });
  const change = (changes: { day?: string; state?: EventState | '' }) => {
    const next = { day: day ?? '', state: state ?? '', ...changes };
    setParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')), { preventScrollReset: true });
  };
  return (
    <>
      <BillingHead />
      <div className={styles.filters}>
        <Segments label="State" value={state ?? 'all'} options={STATES} onChange={(value) => change({ state: value === 'all' ? '' : value })} />
        <DayFilter day={day} onChange={(chosen = '') => change({ day: chosen })} />
        {(day ?? state) && (
          <Button look="plain" onClick={() => setParams({})}>
            Show all
          </Button>
        )}
      </div>
      <EndlessTable
        label="Billing events"
        list={events}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        empty={
          state === 'set_aside' ? (
            <Empty icon="check" title="Nothing was set aside" text="Every event that came could be taken in." />
          ) : (
            <Empty icon={MORE_ICONS.receipt} title="No events" text={day ? 'Nothing came from Stripe on that day.' : 'Nothing has come from Stripe in the last weeks.'} />
          )
        }
      />
    </>
  );
}

/** Takes an event in again. That is harmless: what Stripe says now is what is written. */
function Replay({ event }: { event: BillingEvent }) {
  const replay = useReplayEvent(event.id);
  const { run, isBusy } = useAct(async () => {
    try {
      const { outcome } = await replay.mutateAsync();
      notify(outcome === 'applied' ? 'Replayed: what Stripe says now is written' : 'Replayed: its customer is none of ours');
    } catch (error) {
      notify(sentence(error), 'failed');
    }
  });
  return (
    <Button size="sm" icon="restart" busy={isBusy} onClick={() => void run()} aria-label={`Replay ${event.event_type} ${event.id}`}>
      Replay
    </Button>
  );
}
