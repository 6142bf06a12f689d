import { t } from '@lingui/core/macro';
import { Link } from '@/lib/router/link';
import { useSearchParams } from '@/lib/router/place';
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

const states = () =>
  [
    { value: 'all', label: t`All` },
    { value: 'applied', label: t`Processed` },
    { value: 'set_aside', label: t`Failed` },
  ] as const;

const columns = (): Column<BillingEvent>[] => [
  {
    key: 'type',
    head: t`Event`,
    isName: true,
    cell: ({ event_type, id }) => (
      <span className={styles.event}>
        <code className={styles.type}>{event_type}</code>
        <span className={styles.id}>
          <Copied id={id} what={t`Event ID`} />
        </span>
      </span>
    ),
  },
  {
    key: 'state',
    head: t`Status`,
    cell: ({ state, error }) => (
      <span className={styles.state}>
        {state === 'applied' ? <Badge kind="positive">{t`Processed`}</Badge> : <Badge kind="danger">{t`Failed`}</Badge>}
        {error && <span className={styles.error}>{error}</span>}
      </span>
    ),
  },
  {
    key: 'customer',
    head: t`Customer`,
    cell: ({ user_id, stripe_customer_id }) =>
      user_id ? (
        <Link to={`/admin/members/${user_id}`} className={styles.link}>
          {stripe_customer_id ?? t`Member`}
        </Link>
      ) : stripe_customer_id ? (
        <Copied id={stripe_customer_id} what={t`Stripe customer ID`} isWhole />
      ) : null,
  },
  { key: 'received', head: t`Received`, cell: ({ received_at }) => <span className={styles.quiet}>{moment(received_at)}</span> },
  { key: 'replay', head: t`Actions`, isHeadHidden: true, align: 'end', cell: (event) => <Replay event={event} /> },
];

export function Component() {
  usePageTitle(t`Billing events`);
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
        <Segments
          label={t`Status`}
          value={state ?? 'all'}
          options={states()}
          onChange={(value) => change({ state: value === 'all' ? '' : value })}
        />
        <DayFilter day={day} onChange={(chosen = '') => change({ day: chosen })} />
        {(day ?? state) && (
          <Button look="plain" onClick={() => setParams({})}>
            {t`Show all`}
          </Button>
        )}
      </div>
      <EndlessTable
        label={t`Billing events`}
        list={events}
        columns={columns()}
        rowKey={({ id }) => id}
        empty={
          state === 'set_aside' ? (
            <Empty icon="check" title={t`No failed events`} text={t`Every event from Stripe was processed.`} />
          ) : (
            <Empty
              icon={MORE_ICONS.receipt}
              title={t`No billing events`}
              text={day ? t`Stripe sent no events on this day.` : t`Stripe has sent no events in the last few weeks.`}
            />
          )
        }
      />
    </>
  );
}

/** Processes an event again. That is safe: it writes Stripe's present state, not the event's. */
function Replay({ event: { event_type, id, state } }: { event: BillingEvent }) {
  const isRetry = state === 'set_aside';
  const replay = useReplayEvent(id);
  const { run, isBusy } = useAct(async () => {
    try {
      const { outcome } = await replay.mutateAsync();
      notify(outcome === 'applied' ? t`Event processed: billing data matches Stripe` : t`Event skipped: not one of our customers`);
    } catch (error) {
      notify(sentence(error), 'failed');
    }
  });
  return (
    <Button
      size="sm"
      icon="restart"
      busy={isBusy}
      onClick={() => void run()}
      aria-label={isRetry ? t`Retry ${event_type} ${id}` : t`Replay ${event_type} ${id}`}
    >
      {isRetry ? t`Retry` : t`Replay`}
    </Button>
  );
}
