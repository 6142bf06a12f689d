import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Bar } from '@/components/bar';
import { Button } from '@/components/button';
import { MORE_ICONS } from '@/components/more-icons';
import { Callout } from '@/components/notice';
import { Actions, Panel } from '@/components/panel';
import { bytes, percent } from '@/lib/figures';
import { length } from '@/lib/format';
import { DropZone } from './drop-zone';
import styles from './upload-panel.module.css';
import { forgetUpload, pauseUpload, resumeUpload, resumeWith } from './uploads';
import type { Upload } from './uploads';

/** The progress of an upload to Mux. */
export function UploadPanel({ upload }: { upload: Upload }) {
  const { video_id, state, bytes_sent, bytes_total, file_name } = upload;
  const message = messages()[state];
  const part = bytes_total === 0 ? 0 : bytes_sent / bytes_total;
  return (
    <Panel
      title={t`Upload`}
      aside={state === 'cut' || state === 'gone' ? null : <span className={styles.percent}>{percent(Math.floor(part * 100) / 100)}</span>}
    >
      {state !== 'cut' && state !== 'gone' && (
        <div className={styles.progress}>
          <Bar label={t`Upload`} value={part} isStill={state !== 'sending'} />
          <p className={styles.line}>
            <span className={styles.file}>{file_name}</span>
            <span className={styles.bytes}>{progress(upload)}</span>
          </p>
        </div>
      )}
      {/* Announced when the state changes, but not on every byte. */}
      <div role="status">{message && <Callout kind={state === 'paused' ? 'info' : 'warning'}>{message}</Callout>}</div>
      {state === 'cut' && <Resume upload={upload} />}
      <Actions>
        {state === 'sending' && (
          <Button size="sm" icon={MORE_ICONS.pause} onClick={() => pauseUpload(video_id)}>
            {t`Pause`}
          </Button>
        )}
        {(state === 'paused' || state === 'failed' || state === 'offline') && (
          <Button size="sm" look="primary" icon={state === 'failed' ? 'restart' : MORE_ICONS.upload} onClick={() => resumeUpload(video_id)}>
            {state === 'failed' ? t`Retry` : t`Resume`}
          </Button>
        )}
        {(state === 'cut' || state === 'gone') && (
          <Button size="sm" look="plain" onClick={() => forgetUpload(video_id)}>
            {t`Discard upload`}
          </Button>
        )}
      </Actions>
    </Panel>
  );
}

const messages = (): Partial<Record<Upload['state'], string>> => ({
  paused: t`Paused. Your progress is saved.`,
  offline: t`You are offline. The upload continues when you are back online.`,
  failed: t`Mux could not be reached. Your progress is saved. Retry to continue.`,
  cut: t`This upload stopped when the page was closed. Your progress is saved.`,
  gone: t`This upload has expired. Upload the file again.`,
});

/** Asks for the same file, to resume its upload. */
function Resume({ upload }: { upload: Upload }) {
  const [issue, setIssue] = useState<string | null>(null);
  const { file_name } = upload;
  return (
    <DropZone
      file={null}
      issue={issue}
      title={t`Choose “${file_name}” again to resume`}
      onFile={(file, refused) => setIssue(file ? resumeWith(upload.video_id, file) : refused)}
    />
  );
}

/** `5 MB of 12 MB · 1.2 MB/s · 6 sec left` */
function progress({ state, bytes_sent, bytes_total, bytes_per_second }: Upload): string {
  const [sent, total] = [bytes(bytes_sent), bytes(bytes_total)];
  if (state !== 'sending' || !bytes_per_second) return t`${sent} of ${total}`;
  const speed = bytes(bytes_per_second);
  const left = length(Math.max(1, (bytes_total - bytes_sent) / bytes_per_second));
  return t`${sent} of ${total} · ${speed}/s · ${left} left`;
}
