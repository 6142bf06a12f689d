import { t } from '@lingui/core/macro';
import { Link } from '@/lib/router/link';
import { percent } from '@/lib/figures';
import { Bar } from '@/components/bar';
import { useUploads } from './uploads';
import styles from './uploads-under-way.module.css';

/** The uploads in progress, on every admin page. */
export function UploadsUnderWay() {
  const uploads = useUploads();
  const shown = Object.values(uploads).filter(({ state }) => state !== 'sent' && state !== 'gone');
  if (shown.length === 0) return null;
  return (
    <section aria-label={t`Uploads`} className={styles.uploads}>
      <ul className={styles.list}>
        {shown.map(({ video_id, title, state, bytes_sent, bytes_total }) => (
          <li key={video_id}>
            <Link to={`/admin/videos/${video_id}`} className={styles.upload}>
              <span className={styles.line}>
                <span className={styles.title}>{title}</span>
                <span className={styles.state}>
                  {state === 'sending' ? percent(Math.floor((100 * bytes_sent) / bytes_total) / 100) : words()[state]}
                </span>
              </span>
              <Bar label={t`Upload of ${title}`} value={bytes_sent / bytes_total} isStill={state !== 'sending'} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

const words = () => ({
  paused: t`Paused`,
  offline: t`Offline`,
  failed: t`Failed`,
  cut: t`Interrupted`,
  gone: t`Expired`,
  sent: t`Uploaded`,
});
