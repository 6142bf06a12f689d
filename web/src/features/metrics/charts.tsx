import { Area, AreaChart, Bar, BarChart, CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ReactElement } from 'react';
import { figure, percent } from '@/lib/figures';
import { money } from '@/lib/format';
import type { Metrics } from '@/lib/models';
import styles from './charts.module.css';
import { longDay, shortDay } from './figures';
import type { Day } from './figures';

interface Series {
  name: string;
  value: (day: Day) => number | null;
  /** Which of the colours of charts. */
  colour: 1 | 2 | 3 | 4;
  /** Told apart without its colour. */
  dash?: string;
}

const COLOURS = { 1: 'var(--chart-1)', 2: 'var(--chart-2)', 3: 'var(--chart-3)', 4: 'var(--chart-4)' } as const;

const margin = { top: 8, right: 8, bottom: 0, left: 0 };

/** The figures day by day, as pictures. The rows are in the table below them. */
export default function Charts({ metrics: { days, currency } }: { metrics: Metrics }) {
  const coins = (value: number) => money(Math.round(value), currency);
  const wholeCoins = (value: number) => coins(value).replace(/[.,]\d{2}$/, '');
  const whole = (value: number) => figure(value);
  return (
    <div className={styles.charts}>
      <Chart kind="area" title="Monthly recurring revenue" days={days} format={coins} formatAxis={wholeCoins} series={[{ name: 'MRR', value: (day) => day.mrr, colour: 1 }]} />
      <Chart
        kind="line"
        title="Subscriptions"
        days={days}
        format={whole}
        series={[
          { name: 'Active', value: (day) => day.active, colour: 2 },
          { name: 'In trial', value: (day) => day.trialing, colour: 4, dash: '6 4' },
        ]}
      />
      <Chart
        kind="bar"
        title="Coming and going"
        days={days}
        format={(value) => whole(Math.abs(value))}
        series={[
          { name: 'New', value: (day) => day.new, colour: 2 },
          { name: 'Left', value: (day) => -day.churned_voluntary, colour: 4 },
          { name: 'Left by failed payment', value: (day) => -day.churned_failed_payment, colour: 3 },
        ]}
      />
      <Chart
        kind="bar"
        title="Payments"
        days={days}
        format={whole}
        series={[
          { name: 'Paid', value: (day) => day.payments_paid, colour: 1 },
          { name: 'Failed', value: (day) => day.payments_failed, colour: 3 },
        ]}
      />
      <Chart kind="area" title="Hours watched" days={days} format={(value) => figure(value, 1)} series={[{ name: 'Hours', value: (day) => day.hours_watched, colour: 4 }]} />
      <Chart
        kind="line"
        title="Rates"
        days={days}
        format={percent}
        series={[
          { name: 'Payment success', value: (day) => day.payment_success ?? null, colour: 1 },
          { name: 'Watched to the end', value: (day) => day.completion_rate ?? null, colour: 4, dash: '6 4' },
        ]}
      />
    </div>
  );
}

interface ChartProps {
  kind: 'area' | 'line' | 'bar';
  title: string;
  days: readonly Day[];
  series: Series[];
  format: (value: number) => string;
  /** Along the axis, where there is less room; as `format` unless given. */
  formatAxis?: (value: number) => string;
}

/** A chart that the arrow keys walk, day by day. */
function Chart({ kind, title, days, series, format, formatAxis = format }: ChartProps) {
  const rows = days.map((day) => ({ date: day.date, ...Object.fromEntries(series.map(({ name, value }) => [name, value(day)])) }));
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.head}>
        <span className={styles.title}>{title}</span>
        {series.length > 1 && (
          <span className={styles.legend}>
            {series.map(({ name, colour }) => (
              <span key={name} className={styles.entry}>
                <span className={styles.swatch} style={{ backgroundColor: COLOURS[colour] }} aria-hidden="true" />
                {name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <div className={styles.plot}>
        <ResponsiveContainer>{plot(kind, `${title}, day by day; the arrow keys walk it`, rows, series, format, formatAxis)}</ResponsiveContainer>
      </div>
    </figure>
  );
}

type Row = Record<string, string | number | null>;

function plot(kind: ChartProps['kind'], label: string, rows: Row[], series: Series[], format: (value: number) => string, formatAxis: (value: number) => string): ReactElement {
  const tick = { fill: 'var(--text-muted)' };
  const frame = [
    <CartesianGrid key="grid" vertical={false} />,
    <XAxis key="x" dataKey="date" tickFormatter={shortDay} tick={tick} tickLine={false} axisLine={false} minTickGap={48} tickMargin={8} />,
    <YAxis key="y" tickFormatter={formatAxis} tick={tick} tickLine={false} axisLine={false} width="auto" tickCount={4} allowDecimals={format(0.5) !== format(1) && format(0.5) !== format(0)} domain={format(1) === '100%' ? [0, 1] : undefined} />,
    <Tooltip key="tooltip" isAnimationActive={false} content={({ active, label: date, payload }) => <Tip isShown={active} date={String(date ?? '')} series={series} values={payload} format={format} />} />,
  ];
  const common = { data: rows, margin, title: label };
  switch (kind) {
    case 'area':
      return (
        <AreaChart {...common}>
          {frame}
          {series.map(({ name, colour }) => (
            <Area key={name} dataKey={name} type="monotone" stroke={COLOURS[colour]} fill={COLOURS[colour]} fillOpacity={0.16} strokeWidth={2} isAnimationActive={false} />
          ))}
        </AreaChart>
      );
    case 'line':
      return (
        <LineChart {...common}>
          {frame}
          {series.map(({ name, colour, dash }) => (
            <Line key={name} dataKey={name} type="monotone" stroke={COLOURS[colour]} strokeWidth={2} strokeDasharray={dash} dot={false} connectNulls isAnimationActive={false} />
          ))}
        </LineChart>
      );
    case 'bar':
      return (
        <BarChart {...common} stackOffset="sign">
          {frame}
          <ReferenceLine y={0} />
          {series.map(({ name, colour }) => (
            <Bar key={name} dataKey={name} stackId="all" fill={COLOURS[colour]} maxBarSize={28} isAnimationActive={false} />
          ))}
        </BarChart>
      );
  }
}

interface TipProps {
  isShown: boolean;
  date: string;
  series: Series[];
  values: readonly { dataKey?: unknown; value?: unknown }[] | undefined;
  format: (value: number) => string;
}

/** What a day has to say. */
function Tip({ isShown, date, series, values, format }: TipProps) {
  if (!isShown || !values?.length) return null;
  return (
    <div className={styles.tip}>
      <p className={styles.day}>{longDay(date)}</p>
      <dl className={styles.values}>
        {series.map(({ name, colour }) => {
          const value = values.find(({ dataKey }) => dataKey === name)?.value;
          return (
            <div key={name} className={styles.line}>
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
