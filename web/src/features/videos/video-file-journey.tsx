import { t } from '@lingui/core/macro';
import { Bar } from '@/components/bar';
import { MORE_ICONS } from '@/components/more-icons';
import { Callout } from '@/components/notice';
import { Note, Panel } from '@/components/panel';
import { moment } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import { ImportAgain, isUnfetched } from './import-again';
import { NewFile } from './new-file';
import { UploadPanel } from './upload-panel';
import { useUpload } from './uploads';

/** The file of a video: its upload and encoding, and how to replace it. */
export function VideoFileJourney({ video }: { video: AdminVideo }) {
  switch (video.status) {
    case 'error':
      return isUnfetched(video) ? (
        <Panel title={t`File`}>
          <Callout kind="danger">
            <strong>{t`The file could not be fetched from its URL`}</strong>
            <p>{video.error_reason}</p>
            <p>{t`Check that anybody can load the URL without signing in, or upload the file.`}</p>
          </Callout>
          <ImportAgain video={video} />
          <NewFile video={video} actionLabel={t`Upload a file`} />
        </Panel>
      ) : (
        <Panel title={t`File`}>
          <Callout kind="danger">
            <strong>{video.mux_asset_id ? t`The file could not be encoded` : t`This video has no file`}</strong>
            <p>{video.error_reason ?? t`Mux gave no reason.`}</p>
          </Callout>
          <NewFile video={video} actionLabel={t`Upload again`} />
        </Panel>
      );
    case 'processing':
      return <Pending video={video} received={video.mux_asset_id !== null} expires_at={video.upload_expires_at} />;
    case 'ready':
      return <Replacement video={video} />;
  }
}

function Replacement({ video }: { video: AdminVideo }) {
  const { replacement } = video;
  if (!replacement) {
    return (
      <Panel title={t`File`}>
        <Note>{t`You can replace the file. Viewers keep watching the current file until the new one is ready.`}</Note>
        <NewFile video={video} actionLabel={t`Replace file`} />
      </Panel>
    );
  }
  if (replacement.status === 'error') {
    return (
      <Panel title={t`New file`}>
        <Callout kind="danger">
          <strong>{t`The new file could not be used`}</strong>
          <p>{replacement.error_reason ?? t`Mux gave no reason.`}</p>
          <p>{t`Viewers keep watching the current file.`}</p>
        </Callout>
        <NewFile video={video} actionLabel={t`Upload again`} />
      </Panel>
    );
  }
  return <Pending video={video} received={replacement.received} expires_at={replacement.expires_at} isNew />;
}

interface PendingProps {
  video: AdminVideo;
  received: boolean;
  expires_at: string | null | undefined;
  /** The current file keeps playing. */
  isNew?: boolean;
}

function Pending({ video, received, expires_at, isNew = false }: PendingProps) {
  const upload = useUpload(video.id);
  const end = expires_at && moment(expires_at);
  if (received || upload?.state === 'sent') {
    return (
      <Panel title={isNew ? t`Encoding the new file` : t`Encoding`}>
        <Bar label={t`Encoding`} value={null} />
        <Note role="status">
          {isNew
            ? t`The file was received and is being encoded. Viewers keep watching the current file until then. You can leave this page.`
            : t`The file was received and is being encoded. You can leave this page.`}
        </Note>
      </Panel>
    );
  }
  if (upload && upload.state !== 'gone') return <UploadPanel upload={upload} />;
  return (
    <Panel title={isNew ? t`New file` : t`File`}>
      <Callout kind="warning" icon={MORE_ICONS.upload}>
        <strong>{t`Waiting for the file`}</strong>
        {upload ? (
          <p>{t`This upload has expired. Upload the file again.`}</p>
        ) : (
          <>
            <p>
              {end
                ? t`The upload was started in another browser and can be resumed there until ${end}.`
                : t`The upload was started in another browser and can be resumed there.`}
            </p>
            <p>{t`Marquee checks with Mux every few minutes.`}</p>
            {isNew && <p>{t`Viewers keep watching the current file until then.`}</p>}
          </>
        )}
      </Callout>
      <NewFile video={video} actionLabel={t`Upload again`} />
    </Panel>
  );
}
