import { fieldMoney } from '@/lib/fields';
import type { Metrics } from '@/lib/models';
import { planKeys } from './figures';

/** The metrics as CSV for a spreadsheet: one row per day, and separate columns for each currency. */
export function csvOf({ days, currencies }: Metrics): string {
  const counts = [
    'active',
    'trialing',
    'new',
    'churned_voluntary',
    'churned_failed_payment',
    'payments_paid',
    'payments_failed',
    'trials_started',
    'trials_converted',
  ] as const;
  const amounts = ['at_risk', 'recovered', 'refunded', 'disputed'] as const;
  const plans = planKeys(currencies.flatMap(({ days: each }) => each));
  const sales = ['mrr', ...counts, ...amounts, ...plans.map((plan) => `active_${plan}`)];
  const head = [
    'date',
    ...currencies.flatMap(({ currency }) => sales.map((name) => `${name}_${currency}`)),
    'views',
    'hours_watched',
    'completion_rate',
  ];
  const rows = days.map((day, at) => [
    day.date,
    ...currencies.flatMap(({ currency, days: each }) => {
      const one = each[at];
      return [
        fieldMoney(one?.mrr ?? 0, currency),
        ...counts.map((name) => one?.[name] ?? 0),
        ...amounts.map((name) => fieldMoney(one?.[name] ?? 0, currency)),
        ...plans.map((plan) => one?.plans[plan] ?? 0),
      ];
    }),
    day.views,
    day.hours_watched,
    day.completion_rate ?? '',
  ]);
  // Numbers and dates need no quotes.
  return [head, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** Downloads the metrics as a file. */
export function saveCsv(metrics: Metrics) {
  const address = URL.createObjectURL(new Blob([csvOf(metrics)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `metrics-${metrics.from}-to-${metrics.to}.csv`;
  link.click();
  // Some browsers read the blob only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
