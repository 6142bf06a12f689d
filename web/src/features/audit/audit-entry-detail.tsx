import { t } from '@lingui/core/macro';
import { Changes } from '@/components/changes';
import { changesOf } from '@/lib/differences';
import type { AuditEntry } from '@/lib/models';
import styles from './audit-entry-detail.module.css';

/** The fields that changed, before and after. */
export function AuditEntryDetail({ entry }: { entry: AuditEntry }) {
  const changes = changesOf(entry.before, entry.after);
  if (changes.length === 0) return <p className={styles.none}>{t`No fields changed.`}</p>;
  return <Changes label={t`Changes`} changes={changes} />;
}
