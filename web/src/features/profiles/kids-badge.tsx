import { t } from '@lingui/core/macro';
import { Badge } from '@/components/badge';

/** Marks a kids profile, with its age limit where that matters. */
export function KidsBadge({ age }: { age?: number }) {
  return <Badge kind="accent">{age === undefined ? t`Kids` : t`Kids, up to ${age}`}</Badge>;
}
