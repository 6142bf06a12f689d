import type { Deed } from '@/lib/models';
import { changesOf, shown } from './changes';
import styles from './deed-detail.module.css';

/** What a deed changed: before, and after. */
export function DeedDetail({ deed }: { deed: Deed }) {
  const changes = changesOf(deed.before, deed.after);
  if (changes.length === 0) return <p className={styles.none}>It changed nothing that is kept here.</p>;
  return (
    <div className={styles.detail}>
      <table className={styles.changes} aria-label="What it changed">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ field, before, after }) => (
            <tr key={field}>
              <th scope="row">{field}</th>
              <td className={styles.before}>{shown(before)}</td>
              <td>{shown(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
