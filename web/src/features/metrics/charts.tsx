import { t } from '@lingui/core/macro';
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { ReactElement } from 'react';
import { figure, percent } from '@/lib/figures';
import type { Metrics } from '@/lib/models';
import { money, wholeMoney } from '@/lib/money';
import styles from './charts.module.css';
import { byWeek, longDay, revenues, shortDay } from './figures';
import type { Day } from './figures';

interface Series {
  /** Identifies it in the chart's rows, in every language. */
  key: string;
  name: string;
  value: (day: Day) => number | null;
  /** The number of the chart colour. */
  colour: 1 | 2 | 3 | 4;
  /** Distinguishes it without its colour. */
  dash?: string;
}

const COLOURS = { 1: 'var(--chart-1)', 2: 'var(--chart-2)', 3: 'var(--chart-3)', 4: 'var(--chart-4)' } as const;

const margin = { top: 8, right: 8, bottom: 0, left: 0 };

/** More days than this are drawn as weeks, because bars for days would be too thin. */
const DAYS_MAX = 100;

/** The metrics by day or by week, as charts. The table below them has the same numbers. */
export default function Charts({ metrics }: { metrics: Metrics }) {
  const { days: all } = metrics;
  const isByWeek = all.length > DAYS_MAX;
  const drawn = (days: readonly Day[]) => (isByWeek ? byWeek(days) : days);
  const days = drawn(all);
  const whole = (value: number) => figure(value);
  const most = Math.max(0, ...days.map((day) => day.hours_watched));
  return (
    <div className={styles.charts}>
      {revenues(metrics).map(({ currency, suffix, days }) => (
        <Chart
          key={suffix}
          kind="area"
          title={`${t`Monthly recurring revenue`}${suffix}`}
          days={drawn(days)}
          isByWeek={isByWeek}
          format={(value) => (currency ? money(Math.round(value), currency) : whole(value))}
          formatAxis={(value) => (currency ? wholeMoney(value, currency) : whole(value))}
          series={[{ key: 'mrr', name: t`MRR`, value: (day) => day.mrr ?? null, colour: 1 }]}
        />
      ))}
      <Chart
        kind="line"
        title={t`Subscriptions`}
        days={days}
        isByWeek={isByWeek}
        format={whole}
        series={[
          { key: 'active', name: t`Active`, value: (day) => day.active, colour: 2 },
          { key: 'trialing', name: t`In trial`, value: (day) => day.trialing, colour: 4, dash: '6 4' },
        ]}
      />
      <Chart
        kind="bar"
        title={t`New and churned`}
        days={days}
        isByWeek={isByWeek}
        format={(value) => whole(Math.abs(value))}
        series={[
          { key: 'new', name: t`New`, value: (day) => day.new, colour: 2 },
          { key: 'churned', name: t`Churned`, value: (day) => -day.churned_voluntary, colour: 4 },
          { key: 'unpaid', name: t`Churned, payment failed`, value: (day) => -day.churned_failed_payment, colour: 3 },
        ]}
      />
      <Chart
        kind="bar"
        title={t`Payments`}
        days={days}
        isByWeek={isByWeek}
        format={whole}
        series={[
          { key: 'paid', name: t`Paid`, value: (day) => day.payments_paid, colour: 1 },
          { key: 'failed', name: t`Failed`, value: (day) => day.payments_failed, colour: 3 },
        ]}
      />
      <Chart
        kind="area"
        title={t`Hours watched`}
        days={days}
        isByWeek={isByWeek}
        format={(value) => figure(value, most < 1 ? 2 : 1)}
        series={[{ key: 'hours', name: t`Hours`, value: (day) => day.hours_watched, colour: 4 }]}
      />
      <Chart
        kind="line"
        title={t`Rates`}
        days={days}
        isByWeek={isByWeek}
        format={percent}
        series={[
          { key: 'success', name: t`Payment success`, value: (day) => day.payment_success ?? null, colour: 1 },
          { key: 'completion', name: t`Completion`, value: (day) => day.completion_rate ?? null, colour: 4, dash: '6 4' },
        ]}
      />
    </div>
  );
}

interface ChartProps {
  kind: 'area' | 'line' | 'bar';
  title: string;
  days: readonly Day[];
  isByWeek: boolean;
  series: Series[];
  format: (value: number) => string;
  /** For the axis, where there is less room. The default is `format`. */
  formatAxis?: (value: number) => string;
}

/** A chart that the arrow keys move through, day by day. */
function Chart({ kind, title, days, isByWeek, series, format, formatAxis = format }: ChartProps) {
  const rows = days.map((day) => ({ date: day.date, ...Object.fromEntries(series.map(({ key, value }) => [key, value(day)])) }));
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.head}>
        <span className={styles.title}>{title}</span>
        {isByWeek && series.length === 1 && <span className={styles.legend}>{t`by week`}</span>}
        {series.length > 1 && (
          <span className={styles.legend}>
            {series.map(({ key, name, colour }) => (
              <span key={key} className={styles.entry}>
                <span className={styles.swatch} style={{ backgroundColor: COLOURS[colour] }} aria-hidden="true" />
                {name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <div className={styles.plot}>
        <ResponsiveContainer>{plot({ kind, title, isByWeek, rows, series, format, formatAxis })}</ResponsiveContainer>
      </div>
    </figure>
  );
}

type Row = Record<string, string | number | null>;

type Plot = Omit<Required<ChartProps>, 'days'> & { rows: Row[] };

function plot({ kind, title, isByWeek, rows, series, format, formatAxis }: Plot): ReactElement {
  const label = isByWeek
    ? t`${title}, by week. Use the arrow keys to move through the chart.`
    : t`${title}, by day. Use the arrow keys to move through the chart.`;
  const isRate = format(1) === '100%';
  const tick = { fill: 'var(--text-muted)' };
  const frame = [
    <CartesianGrid key="grid" vertical={false} />,
    <XAxis key="x" dataKey="date" tickFormatter={shortDay} tick={tick} tickLine={false} axisLine={false} minTickGap={48} tickMargin={8} />,
    <YAxis
      key="y"
      tickFormatter={formatAxis}
      tick={tick}
      tickLine={false}
      axisLine={false}
      width="auto"
      tickCount={4}
      allowDecimals={format(0.5) !== format(1) && format(0.5) !== format(0)}
      domain={isRate ? [0, 1] : undefined}
      ticks={isRate ? [0, 0.25, 0.5, 0.75, 1] : undefined}
    />,
    <Tooltip
      key="tooltip"
      isAnimationActive={false}
      content={({ active, label: date, payload }) => (
        <Tip isShown={active} date={String(date ?? '')} isByWeek={isByWeek} series={series} values={payload} format={format} />
      )}
    />,
  ];
  const common = { data: rows, margin, title: label };
  switch (kind) {
    case 'area':
      return (
        <AreaChart {...common}>
          {frame}
          {series.map(({ key, colour }) => (
            <Area
              key={key}
              dataKey={key}
              type="monotone"
              stroke={COLOURS[colour]}
              fill={COLOURS[colour]}
              fillOpacity={0.16}
              strokeWidth={2}
              isAnimationActive={false}
            />
          ))}
        </AreaChart>
      );
    case 'line':
      return (
        <LineChart {...common}>
          {frame}
          {series.map(({ key, colour, dash }) => (
            <Line
              key={key}
              dataKey={key}
              type="monotone"
              stroke={COLOURS[colour]}
              strokeWidth={2}
              strokeDasharray={dash}
              dot={false}
              connectNulls
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      );
    case 'bar':
      return (
        <BarChart {...common} stackOffset="sign">
          {frame}
          <ReferenceLine y={0} />
          {series.map(({ key, colour }) => (
            <Bar key={key} dataKey={key} stackId="all" fill={COLOURS[colour]} maxBarSize={28} isAnimationActive={false} />
          ))}
        </BarChart>
      );
  }
}

interface TipProps {
  isShown: boolean;
  date: string;
  isByWeek: boolean;
  series: Series[];
  values: readonly { dataKey?: unknown; value?: unknown }[] | undefined;
  format: (value: number) => string;
}

/** The numbers of a day or a week. */
function Tip({ isShown, date, isByWeek, series, values, format }: TipProps) {
  if (!isShown || !values?.length) return null;
  const day = longDay(date);
  return (
    <div className={styles.tip}>
      <p className={styles.day}>{isByWeek ? t`Week of ${day}` : day}</p>
      <dl className={styles.values}>
        {series.map(({ key, name, colour }) => {
          const value = values.find(({ dataKey }) => dataKey === key)?.value;
          return (
            <div key={key} className={styles.line}>
              <dt className={styles.entry}>
                <span className={styles.swatch} style={{ backgroundColor: COLOURS[colour] }} aria-hidden="true" />
                {name}
              </dt>
              <dd>{typeof value === 'number' ? format(value) : '—'}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}
