import { t } from '@lingui/core/macro';
import { Badge } from '@/components/badge';
import { kidsLabel } from './checks';

/** Marks a kids profile, with its age limit where that matters. */
export function KidsBadge({ age }: { age?: number }) {
  return <Badge kind="accent">{age === undefined ? t`Kids` : kidsLabel(age)}</Badge>;
}
