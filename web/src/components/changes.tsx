import { t } from '@lingui/core/macro';
import type { FieldChange } from '@/lib/differences';
import styles from './changes.module.css';

interface ChangesProps {
  /** The table's accessible name. */
  label: string;
  changes: readonly FieldChange[];
  /** The column heads of the two states. */
  heads?: readonly [before: string, after: string];
}

/** The fields that differ, before and after. */
export function Changes({ label, changes, heads: [before, after] = [t`Before`, t`After`] }: ChangesProps) {
  return (
    <div className={styles.frame}>
      <table className={styles.changes} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{t`Field`}</th>
            <th scope="col">{before}</th>
            <th scope="col">{after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.field}>
              <th scope="row">{change.field}</th>
              <td className={styles.before}>{change.before}</td>
              <td>{change.after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
