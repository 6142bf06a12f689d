import { t } from '@lingui/core/macro';
import { Segments } from '@/components/segments';
import type { VideoQuality } from '@/lib/models';
import styles from './video-form.module.css';

const qualities = (): { value: VideoQuality; label: string }[] => [
  { value: 'basic', label: t`Basic` },
  { value: 'plus', label: t`Plus` },
  { value: 'premium', label: t`Premium` },
];

/** The quality that Mux encodes a video in. */
export function QualityField({ value, onChange }: { value: VideoQuality; onChange: (quality: VideoQuality) => void }) {
  return (
    <div className={styles.choice}>
      <span className={styles.label} aria-hidden="true">
        {t`Video quality`}
      </span>
      <div>
        <Segments label={t`Video quality`} value={value} options={qualities()} onChange={onChange} />
      </div>
      <p className={styles.hint}>
        {t`Plus and Premium look better and cost more at Mux. Mux keeps only the first audio track of the file. After encoding, this page lists the tracks that were kept.`}
      </p>
    </div>
  );
}

export const qualityName = (quality: VideoQuality) => qualities().find(({ value }) => value === quality)?.label ?? quality;
