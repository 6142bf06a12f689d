import { t } from '@lingui/core/macro';
import { Changes } from '@/components/changes';
import { changesOf } from '@/lib/differences';
import type { Deed } from '@/lib/models';
import styles from './deed-detail.module.css';

/** The fields that changed, before and after. */
export function DeedDetail({ deed }: { deed: Deed }) {
  const changes = changesOf(deed.before, deed.after);
  if (changes.length === 0) return <p className={styles.none}>{t`No fields changed.`}</p>;
  return <Changes label={t`Changes`} changes={changes} />;
}
