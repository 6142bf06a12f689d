import { Suspense, lazy } from 'react';
import { useSearchParams } from 'react-router';
import { classes } from '@/components/classes';
import { ErrorNotice } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import { Segments } from '@/components/segments';
import { Loading, Skeleton } from '@/components/skeleton';
import { figure, percent } from '@/lib/figures';
import { count, money } from '@/lib/format';
import type { Metrics } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import styles from './dashboard-page.module.css';
import { DaysTable } from './days-table';
import { growth, longDay } from './figures';
import { useMetrics } from './use-metrics';

const Charts = lazy(() => import('./charts'));

const RANGES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
] as const;

export function Component() {
  usePageTitle('Dashboard');
  const [params, setParams] = useSearchParams();
  const range = RANGES.find(({ value }) => value === params.get('days'))?.value ?? '30';
  const metrics = useMetrics(Number(range));
  const { data } = metrics;
  return (
    <>
      <PageHead title="Dashboard" lead={data && `${longDay(data.from)} to ${longDay(data.to)}, in UTC.`}>
        <Segments label="How far back" value={range} options={RANGES} onChange={(value) => setParams(value === '30' ? {} : { days: value }, { preventScrollReset: true })} />
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
        <Loading label="Loading the figures">
          <div className={styles.dashboard}>
            <div className={styles.tiles}>
              {Array.from({ length: 8 }, (_, tile) => (
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

function Tiles({ metrics: { totals, days, currency } }: { metrics: Metrics }) {
  const rate = (value: number | null | undefined) => (value === null || value === undefined ? '—' : percent(value));
  const churned = totals.churned_voluntary + totals.churned_failed_payment;
  return (
    <dl className={styles.tiles}>
      <Tile name="Monthly recurring revenue" value={money(totals.mrr, currency)} change={growth(days, 'mrr')} />
      <Tile name="Active subscriptions" value={figure(totals.active)} change={growth(days, 'active')} />
      <Tile name="In trial" value={figure(totals.trialing)} />
      <Tile name="New" value={figure(totals.new)} />
      <Tile name="Left" value={figure(churned)} note={churned > 0 ? `${figure(totals.churned_failed_payment)} by failed payment` : undefined} />
      <Tile name="Payment success" value={rate(totals.payment_success)} note={`${figure(totals.payments_paid)} paid, ${figure(totals.payments_failed)} failed`} />
      <Tile name="Hours watched" value={figure(totals.hours_watched, 1)} note={`in ${count(totals.views, 'view')}`} />
      <Tile name="Watched to the end" value={rate(totals.completion_rate)} />
    </dl>
  );
}

/** One figure. What stands is compared with the first day. */
function Tile({ name, value, change, note }: { name: string; value: string; change?: number | null; note?: string }) {
  return (
    <div className={styles.tile}>
      <dt className={styles.name}>{name}</dt>
      <dd className={styles.value}>{value}</dd>
      {change !== null && change !== undefined ? (
        <dd className={classes(styles.note, change > 0 && styles.up, change < 0 && styles.down)}>{`${change > 0 ? '+' : ''}${percent(change)} since the first day`}</dd>
      ) : (
        <dd className={styles.note}>{note ?? '\u00a0'}</dd>
      )}
    </div>
  );
}
