import { useState } from 'react';
import { Button } from '@/components/button';
import { figure, percent } from '@/lib/figures';
import { money } from '@/lib/format';
import type { Metrics } from '@/lib/models';
import styles from './days-table.module.css';
import { shortDay } from './figures';
import type { Day } from './figures';

const SHOWN_FIRST = 14;

/** The rows that the charts are drawn from, newest first. */
export function DaysTable({ metrics: { days, currency } }: { metrics: Metrics }) {
  const [isWhole, setIsWhole] = useState(false);
  const rate = (value: number | null | undefined) => (value === null || value === undefined ? '—' : percent(value));
  const columns: { head: string; cell: (day: Day) => string }[] = [
    { head: 'MRR', cell: (day) => money(day.mrr, currency) },
    { head: 'Active', cell: (day) => figure(day.active) },
    { head: 'In trial', cell: (day) => figure(day.trialing) },
    { head: 'New', cell: (day) => figure(day.new) },
    { head: 'Left', cell: (day) => figure(day.churned_voluntary) },
    { head: 'Left unpaid', cell: (day) => figure(day.churned_failed_payment) },
    { head: 'Paid', cell: (day) => figure(day.payments_paid) },
    { head: 'Failed', cell: (day) => figure(day.payments_failed) },
    { head: 'Success', cell: (day) => rate(day.payment_success) },
    { head: 'Views', cell: (day) => figure(day.views) },
    { head: 'Hours', cell: (day) => figure(day.hours_watched, 1) },
    { head: 'To the end', cell: (day) => rate(day.completion_rate) },
  ];
  const rows = [...days].reverse();
  const shown = isWhole ? rows : rows.slice(0, SHOWN_FIRST);
  return (
    <div className={styles.section}>
      <h2 id="day-by-day" className={styles.title}>
        Day by day
      </h2>
      {/* It scrolls by the arrow keys too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.frame} role="region" aria-labelledby="day-by-day" tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Day</th>
              {columns.map(({ head }) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((day) => (
              <tr key={day.date}>
                <th scope="row">{shortDay(day.date)}</th>
                {columns.map(({ head, cell }) => (
                  <td key={head}>{cell(day)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > SHOWN_FIRST && (
        <div>
          <Button size="sm" onClick={() => setIsWhole(!isWhole)}>
            {isWhole ? 'Show fewer' : `Show all ${rows.length} days`}
          </Button>
        </div>
      )}
    </div>
  );
}
