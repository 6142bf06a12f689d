import { Area, AreaChart, Bar, BarChart, CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { ReactElement } from 'react';
import { figure, percent } from '@/lib/figures';
import { money } from '@/lib/format';
import type { Metrics } from '@/lib/models';
import styles from './charts.module.css';
import { byWeek, longDay, shortDay } from './figures';
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

/** So many days are drawn as weeks: one by one they would be hairs. */
const DAYS_MAX = 100;

/** The figures day by day, or week by week, as pictures. The rows are in the table below them. */
export default function Charts({ metrics: { days: all, currency } }: { metrics: Metrics }) {
  const isByWeek = all.length > DAYS_MAX;
  const days = isByWeek ? byWeek(all) : all;
  const coins = (value: number) => money(Math.round(value), currency);
  const wholeCoins = (value: number) => coins(value).replace(/[.,]\d{2}$/, '');
  const whole = (value: number) => figure(value);
  const most = Math.max(0, ...days.map((day) => day.hours_watched));
  return (
    <div className={styles.charts}>
      <Chart kind="area" title="Monthly recurring revenue" days={days} isByWeek={isByWeek} format={coins} formatAxis={wholeCoins} series={[{ name: 'MRR', value: (day) => day.mrr, colour: 1 }]} />
      <Chart
        kind="line"
        title="Subscriptions"
        days={days}
        isByWeek={isByWeek}
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
        isByWeek={isByWeek}
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
        isByWeek={isByWeek}
        format={whole}
        series={[
          { name: 'Paid', value: (day) => day.payments_paid, colour: 1 },
          { name: 'Failed', value: (day) => day.payments_failed, colour: 3 },
        ]}
      />
      <Chart kind="area" title="Hours watched" days={days} isByWeek={isByWeek} format={(value) => figure(value, most < 1 ? 2 : 1)} series={[{ name: 'Hours', value: (day) => day.hours_watched, colour: 4 }]} />
      <Chart
        kind="line"
        title="Rates"
        days={days}
        isByWeek={isByWeek}
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
  isByWeek: boolean;
  series: Series[];
  format: (value: number) => string;
  /** Along the axis, where there is less room; as `format` unless given. */
  formatAxis?: (value: number) => string;
}

/** A chart that the arrow keys walk, day by day. */
function Chart({ kind, title, days, isByWeek, series, format, formatAxis = format }: ChartProps) {
  const rows = days.map((day) => ({ date: day.date, ...Object.fromEntries(series.map(({ name, value }) => [name, value(day)])) }));
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.head}>
        <span className={styles.title}>{title}</span>
        {isByWeek && series.length === 1 && <span className={styles.legend}>by the week</span>}
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
        <ResponsiveContainer>{plot({ kind, title, isByWeek, rows, series, format, formatAxis })}</ResponsiveContainer>
      </div>
    </figure>
  );
}

type Row = Record<string, string | number | null>;

type Plot = Omit<Required<ChartProps>, 'days'> & { rows: Row[] };

function plot({ kind, title, isByWeek, rows, series, format, formatAxis }: Plot): ReactElement {
  const label = `${title}, ${isByWeek ? 'week by week' : 'day by day'}; the arrow keys walk it`;
  const isRate = format(1) === '100%';
  const tick = { fill: 'var(--text-muted)' };
  const frame = [
    <CartesianGrid key="grid" vertical={false} />,
    <XAxis key="x" dataKey="date" tickFormatter={shortDay} tick={tick} tickLine={false} axisLine={false} minTickGap={48} tickMargin={8} />,
    <YAxis key="y" tickFormatter={formatAxis} tick={tick} tickLine={false} axisLine={false} width="auto" tickCount={4} allowDecimals={format(0.5) !== format(1) && format(0.5) !== format(0)} domain={isRate ? [0, 1] : undefined} ticks={isRate ? [0, 0.25, 0.5, 0.75, 1] : undefined} />,
    <Tooltip key="tooltip" isAnimationActive={false} content={({ active, label: date, payload }) => <Tip isShown={active} date={String(date ?? '')} isByWeek={isByWeek} series={series} values={payload} format={format} />} />,
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
  isByWeek: boolean;
  series: Series[];
  values: readonly { dataKey?: unknown; value?: unknown }[] | undefined;
  format: (value: number) => string;
}

/** What a day or a week has to say. */
function Tip({ isShown, date, isByWeek, series, values, format }: TipProps) {
  if (!isShown || !values?.length) return null;
  return (
    <div className={styles.tip}>
      <p className={styles.day}>{isByWeek ? `Week from ${longDay(date)}` : longDay(date)}</p>
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
