import { useState } from 'react';
import { Bar } from '@/components/bar';
import { Button } from '@/components/button';
import { MORE_ICONS } from '@/components/more-icons';
import { Remark } from '@/components/notice';
import { Actions, Panel } from '@/components/panel';
import { bytes, percent } from '@/lib/figures';
import { length } from '@/lib/format';
import { DropZone } from './drop-zone';
import styles from './upload-panel.module.css';
import { forgetUpload, pauseUpload, resumeUpload, resumeWith } from './uploads';
import type { Upload } from './uploads';

/** The file of a video on its way to the encoder. */
export function UploadPanel({ upload }: { upload: Upload }) {
  const { video_id, state, bytes_sent, bytes_total, file_name } = upload;
  const part = bytes_total === 0 ? 0 : bytes_sent / bytes_total;
  return (
    <Panel title="Upload" aside={state === 'cut' || state === 'gone' ? null : <span className={styles.percent}>{percent(Math.floor(part * 100) / 100)}</span>}>
      {state !== 'cut' && state !== 'gone' && (
        <div className={styles.progress}>
          <Bar label="Upload" value={part} isStill={state !== 'sending'} />
          <p className={styles.line}>
            <span className={styles.file}>{file_name}</span>
            <span className={styles.bytes}>{`${bytes(bytes_sent)} of ${bytes(bytes_total)}${remaining(upload)}`}</span>
          </p>
        </div>
      )}
      {/* Said aloud when it changes, but not at every byte. */}
      <div role="status">{STATES[state] && <Remark kind={state === 'paused' ? 'info' : 'warning'}>{STATES[state]}</Remark>}</div>
      {state === 'cut' && <Again upload={upload} />}
      <Actions>
        {state === 'sending' && (
          <Button size="sm" icon={MORE_ICONS.pause} onClick={() => pauseUpload(video_id)}>
            Pause
          </Button>
        )}
        {(state === 'paused' || state === 'failed' || state === 'offline') && (
          <Button size="sm" look="primary" icon={state === 'failed' ? 'restart' : MORE_ICONS.upload} onClick={() => resumeUpload(video_id)}>
            {state === 'failed' ? 'Try again' : 'Go on'}
          </Button>
        )}
        {(state === 'cut' || state === 'gone') && (
          <Button size="sm" look="plain" onClick={() => forgetUpload(video_id)}>
            Forget this upload
          </Button>
        )}
      </Actions>
    </Panel>
  );
}

const STATES: Partial<Record<Upload['state'], string>> = {
  paused: 'Paused. What has been sent is kept.',
  offline: 'You are offline. It goes on by itself when the network is back.',
  failed: 'The encoder could not be reached. What has been sent is kept; try again and it goes on from there.',
  cut: 'This upload was cut off when the page was closed. What has been sent is kept.',
  gone: 'The encoder takes nothing more for this upload: it has expired. Delete this video and add it again.',
};

/** Takes the file again that was being sent. */
function Again({ upload }: { upload: Upload }) {
  const [issue, setIssue] = useState<string | null>(null);
  return (
    <DropZone
      file={null}
      issue={issue}
      title={`Choose “${upload.file_name}” again to go on`}
      onFile={(file, refused) => setIssue(file ? resumeWith(upload.video_id, file) : refused)}
    />
  );
}

function remaining({ state, bytes_sent, bytes_total, bytes_per_second }: Upload): string {
  if (state !== 'sending' || !bytes_per_second) return '';
  return ` · ${bytes(bytes_per_second)}/s · ${length(Math.max(1, (bytes_total - bytes_sent) / bytes_per_second))} left`;
}
