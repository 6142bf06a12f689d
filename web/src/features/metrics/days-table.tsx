import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Button } from '@/components/button';
import { figure, percent } from '@/lib/figures';
import type { Metrics } from '@/lib/models';
import { money } from '@/lib/money';
import styles from './days-table.module.css';
import { planKeys, planTitle, revenues, shortDay } from './figures';
import type { AMOUNTS, Day } from './figures';

const SHOWN_FIRST = 14;

/** The same numbers as the charts, newest day first. */
export function DaysTable({ metrics }: { metrics: Metrics }) {
  const { days } = metrics;
  const [isWhole, setIsWhole] = useState(false);
  const rate = (value: number | null | undefined) => (value === null || value === undefined ? '—' : percent(value));
  const amounts = (name: (typeof AMOUNTS)[number], title: string) =>
    revenues(metrics).map(({ currency, suffix, days: sales }) => {
      const of = new Map(sales.map((day) => [day.date, day[name] ?? 0]));
      return { head: `${title}${suffix}`, cell: ({ date }: Day) => (currency ? money(of.get(date) ?? 0, currency) : '—') };
    });
  const columns: { head: string; cell: (day: Day) => string }[] = [
    ...amounts('mrr', t`MRR`),
    { head: t`Active`, cell: (day) => figure(day.active) },
    { head: t`In trial`, cell: (day) => figure(day.trialing) },
    { head: t`New`, cell: (day) => figure(day.new) },
    { head: t`Churned`, cell: (day) => figure(day.churned_voluntary) },
    { head: t`Churned, payment failed`, cell: (day) => figure(day.churned_failed_payment) },
    { head: t`Payments paid`, cell: (day) => figure(day.payments_paid) },
    { head: t`Payments failed`, cell: (day) => figure(day.payments_failed) },
    { head: t`Payment success`, cell: (day) => rate(day.payment_success) },
    { head: t`Trials started`, cell: (day) => figure(day.trials_started) },
    { head: t`Trials converted`, cell: (day) => figure(day.trials_converted) },
    ...amounts('at_risk', t`At risk`),
    ...amounts('recovered', t`Recovered`),
    ...amounts('refunded', t`Refunded`),
    ...amounts('disputed', t`Disputed`),
    ...planKeys(days).map((plan) => ({ head: planTitle(plan), cell: (day: Day) => figure(day.plans[plan] ?? 0) })),
    { head: t`Views`, cell: (day) => figure(day.views) },
    { head: t`Hours watched`, cell: (day) => figure(day.hours_watched, 1) },
    { head: t`Completion`, cell: (day) => rate(day.completion_rate) },
  ];
  const rows = [...days].reverse();
  const dayCount = rows.length;
  const shown = isWhole ? rows : rows.slice(0, SHOWN_FIRST);
  return (
    <div className={styles.section}>
      <h2 id="daily-metrics" className={styles.title}>
        {t`Daily metrics`}
      </h2>
      {/* The arrow keys scroll it too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.frame} role="region" aria-labelledby="daily-metrics" tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t`Day`}</th>
              {columns.map(({ head }, at) => (
                <th key={at} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((day) => (
              <tr key={day.date}>
                <th scope="row">{shortDay(day.date)}</th>
                {columns.map(({ cell }, at) => (
                  <td key={at}>{cell(day)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > SHOWN_FIRST && (
        <div>
          <Button size="sm" onClick={() => setIsWhole(!isWhole)}>
            {isWhole ? t`Show fewer days` : t`Show all ${dayCount} days`}
          </Button>
        </div>
      )}
    </div>
  );
}
