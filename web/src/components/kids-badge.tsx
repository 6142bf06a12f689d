import { t } from '@lingui/core/macro';
import { Badge } from './badge';
import { kidsLabel } from '@/lib/kids-label';

/** Marks a kids profile, with its age limit where that matters. */
export function KidsBadge({ age }: { age?: number }) {
  return <Badge kind="accent">{age === undefined ? t`Kids` : kidsLabel(age)}</Badge>;
}
