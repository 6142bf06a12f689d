import { plural, t } from '@lingui/core/macro';
import { Suspense, lazy } from 'react';
import { useSearchParams } from '@/lib/router/place';
import { Button } from '@/components/button';
import { classes } from '@/components/classes';
import { ErrorNotice } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import { Segments } from '@/components/segments';
import { Loading, Skeleton } from '@/components/skeleton';
import { figure, percent } from '@/lib/figures';
import type { Metrics } from '@/lib/models';
import { money } from '@/lib/money';
import { usePageTitle } from '@/lib/page-title';
import styles from './dashboard-page.module.css';
import { saveCsv } from './csv';
import { DaysTable } from './days-table';
import { growth, longDay, planKeys, planTitle, revenues } from './figures';
import { useMetrics } from './use-metrics';

const Charts = lazy(() => import('./charts'));

const RANGES = ['30', '90', '365'] as const;

const ranges = () => [
  { value: RANGES[0], label: t`30 days` },
  { value: RANGES[1], label: t`90 days` },
  { value: RANGES[2], label: t`1 year` },
];

export function Component() {
  usePageTitle(t`Dashboard`);
  const [params, setParams] = useSearchParams();
  const range = RANGES.find((value) => value === params.get('days')) ?? '30';
  const metrics = useMetrics(Number(range));
  const { data } = metrics;
  return (
    <>
      <PageHead title={t`Dashboard`} lead={data && rangeOf(data)}>
        <Segments
          label={t`Time range`}
          value={range}
          options={ranges()}
          onChange={(value) => setParams(value === '30' ? {} : { days: value }, { preventScrollReset: true })}
        />
        {data && (
          <Button size="sm" onClick={() => saveCsv(data)}>
            {t`Export CSV`}
          </Button>
        )}
      </PageHead>
      {data ? (
        <div className={classes(styles.dashboard, metrics.isPlaceholderData && styles.old)}>
          <Tiles metrics={data} />
          <Suspense fallback={<ChartSkeletons />}>
            <Charts metrics={data} />
          </Suspense>
          <DaysTable metrics={data} />
        </div>
      ) : metrics.error ? (
        <ErrorNotice error={metrics.error} onRetry={() => void metrics.refetch()} />
      ) : (
        <Loading label={t`Loading metrics`}>
          <div className={styles.dashboard}>
            <div className={styles.tiles}>
              {Array.from({ length: 14 }, (_, tile) => (
                <Skeleton key={tile} shape="block" />
              ))}
            </div>
            <ChartSkeletons />
          </div>
        </Loading>
      )}
    </>
  );
}

function ChartSkeletons() {
  return (
    <div className={styles.charts}>
      {Array.from({ length: 4 }, (_, chart) => (
        <Skeleton key={chart} shape="block" className={styles.waiting} />
      ))}
    </div>
  );
}

function Tiles({ metrics }: { metrics: Metrics }) {
  const { totals, days } = metrics;
  const { views } = totals;
  const rate = (value: number | null | undefined) => (value === null || value === undefined ? '—' : percent(value));
  const all = revenues(metrics);
  const [unpaid, converted] = [figure(totals.churned_failed_payment), figure(totals.trials_converted)];
  const [paid, failed] = [figure(totals.payments_paid), figure(totals.payments_failed)];
  const churned = totals.churned_voluntary + totals.churned_failed_payment;
  return (
    <dl className={styles.tiles}>
      {all.map(({ currency, suffix, totals, days }) => (
        <Tile
          key={suffix}
          name={`${t`Monthly recurring revenue`}${suffix}`}
          value={currency ? money(totals.mrr, currency) : '—'}
          change={growth(days, 'mrr')}
        />
      ))}
      <Tile name={t`Active subscriptions`} value={figure(totals.active)} change={growth(days, 'active')} />
      <Tile name={t`In trial`} value={figure(totals.trialing)} />
      <Tile name={t`New subscriptions`} value={figure(totals.new)} />
      <Tile
        name={t`Churned subscriptions`}
        value={figure(churned)}
        note={churned > 0 ? t`${unpaid} because a payment failed` : undefined}
      />
      <Tile name={t`Payment success`} value={rate(totals.payment_success)} note={t`${paid} paid, ${failed} failed`} />
      <Tile name={t`Trials started`} value={figure(totals.trials_started)} note={t`${converted} converted`} />
      {all.map(({ currency, suffix, totals }) => {
        const amount = (value: number) => (currency ? money(value, currency) : '—');
        return [
          <Tile
            key={`risk${suffix}`}
            name={`${t`At risk`}${suffix}`}
            value={amount(totals.at_risk)}
            note={t`unpaid renewals in the grace period`}
          />,
          <Tile
            key={`recovered${suffix}`}
            name={`${t`Recovered`}${suffix}`}
            value={amount(totals.recovered)}
            note={t`paid after a failed attempt`}
          />,
          <Tile key={`refunded${suffix}`} name={`${t`Refunded`}${suffix}`} value={amount(totals.refunded)} />,
          <Tile key={`disputed${suffix}`} name={`${t`Disputed`}${suffix}`} value={amount(totals.disputed)} note={t`including inquiries`} />,
        ];
      })}
      {planKeys([totals]).map((plan) => (
        <Tile
          key={plan}
          name={planTitle(plan)}
          value={figure(totals.plans[plan] ?? 0)}
          note={shareOf(totals.plans[plan] ?? 0, totals.active)}
        />
      ))}
      <Tile
        name={t`Hours watched`}
        value={figure(totals.hours_watched, 1)}
        note={t`in ${plural(views, { one: '# view', other: '# views' })}`}
      />
      <Tile name={t`Completion`} value={rate(totals.completion_rate)} />
    </dl>
  );
}

function rangeOf({ from, to }: Metrics): string {
  const [first, last] = [longDay(from), longDay(to)];
  return t`${first} to ${last}, in UTC`;
}

function shareOf(part: number, whole: number): string {
  const share = percent(part / whole);
  return t`${share} of active subscriptions`;
}

function changeText(change: number): string {
  const signed = `${change > 0 ? '+' : ''}${percent(change)}`;
  return t`${signed} in this time range`;
}

/** One metric, with its change over the time range or a note. */
function Tile({ name, value, change, note }: { name: string; value: string; change?: number | null; note?: string }) {
  return (
    <div className={styles.tile}>
      <dt className={styles.name}>{name}</dt>
      <dd className={styles.value}>{value}</dd>
      {change !== null && change !== undefined ? (
        <dd className={classes(styles.note, change > 0 && styles.up, change < 0 && styles.down)}>{changeText(change)}</dd>
      ) : (
        <dd className={styles.note}>{note ?? '\u00a0'}</dd>
      )}
    </div>
  );
}
