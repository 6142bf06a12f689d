import { Badge } from '@/components/badge';
import type { Status } from '@/lib/models';

export const STATUSES: Record<Status, { label: string; kind: 'neutral' | 'positive' | 'warning' | 'danger' }> = {
  none: { label: 'No subscription', kind: 'neutral' },
  trialing: { label: 'Trial', kind: 'positive' },
  active: { label: 'Active', kind: 'positive' },
  past_due: { label: 'Past due', kind: 'warning' },
  unpaid: { label: 'Unpaid', kind: 'danger' },
  paused: { label: 'Paused', kind: 'warning' },
  incomplete: { label: 'Incomplete', kind: 'warning' },
  incomplete_expired: { label: 'Never completed', kind: 'neutral' },
  canceled: { label: 'Cancelled', kind: 'neutral' },
  unknown: { label: 'Unknown', kind: 'danger' },
};

/** How a subscription stands. */
export function StatusBadge({ status }: { status: Status }) {
  const { label, kind } = STATUSES[status];
  return <Badge kind={kind}>{label}</Badge>;
}
