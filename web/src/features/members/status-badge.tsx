import { t } from '@lingui/core/macro';
import { Badge } from '@/components/badge';
import type { Status } from '@/lib/models';

const KINDS: Record<Status, 'neutral' | 'positive' | 'warning' | 'danger'> = {
  none: 'neutral',
  trialing: 'positive',
  active: 'positive',
  past_due: 'warning',
  unpaid: 'danger',
  paused: 'warning',
  incomplete: 'warning',
  incomplete_expired: 'neutral',
  canceled: 'neutral',
  unknown: 'danger',
};

export const STATUSES = Object.keys(KINDS) as Status[];

/** The name of a subscription's status. */
export function statusName(status: Status): string {
  switch (status) {
    case 'none':
      return t`No subscription`;
    case 'trialing':
      return t`Trial`;
    case 'active':
      return t`Active`;
    case 'past_due':
      return t`Past due`;
    case 'unpaid':
      return t`Unpaid`;
    case 'paused':
      return t`Paused`;
    case 'incomplete':
      return t`Incomplete`;
    case 'incomplete_expired':
      return t`Incomplete, expired`;
    case 'canceled':
      return t`Cancelled`;
    case 'unknown':
      return t`Unknown`;
  }
}

/** The status of a subscription. */
export function StatusBadge({ status }: { status: Status }) {
  return <Badge kind={KINDS[status]}>{statusName(status)}</Badge>;
}
