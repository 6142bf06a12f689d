import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Button } from '@/components/button';
import { TextField } from '@/components/field';
import { FileField } from '@/components/file-field';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { Actions, Note, Panel } from '@/components/panel';
import { fieldIssues } from '@/lib/errors/api-error';
import { length } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useAct } from '@/lib/use-act';
import fields from './file-fields.module.css';
import { useChooseFrame, useUploadPoster } from './use-poster';

/** The service's limit, in bytes. */
const BYTES_MAX = 4 * 1024 * 1024;
const TYPES = ['image/jpeg', 'image/png', 'image/webp'];

/** What the poster of a video shows: a frame of the film, or the operator's own picture. */
export function PosterPanel({ video }: { video: AdminVideo }) {
  if (video.status !== 'ready') {
    return (
      <Panel title={t`Poster`}>
        <Note>{t`A poster can be chosen when the video is ready.`}</Note>
      </Panel>
    );
  }
  return (
    <Panel title={t`Poster`}>
      <Note>{shown(video)}</Note>
      <FilmFrame video={video} />
      <OwnPicture video={video} />
    </Panel>
  );
}

function shown({ poster_source }: AdminVideo): string {
  if (poster_source?.kind === 'picture') return t`The poster is your own picture.`;
  if (poster_source?.kind === 'frame') {
    const time = length(poster_source.time ?? 0);
    return t`The poster is the frame at ${time}.`;
  }
  return t`Mux chose the frame that the poster shows.`;
}

function FilmFrame({ video }: { video: AdminVideo }) {
  const choose = useChooseFrame(video.id);
  const { poster_source } = video;
  const [time, setTime] = useState(poster_source?.time?.toString() ?? '');
  const [issue, setIssue] = useState<string | null>(null);
  const send = useAct(async () => {
    // Many people write a decimal comma.
    const seconds = Number(time.replace(',', '.'));
    const isInFilm = time.trim() !== '' && seconds >= 0 && seconds < (video.duration ?? Infinity);
    setIssue(isInFilm ? null : t`Enter a time within the film, in seconds.`);
    if (!isInFilm) return;
    await choose.mutateAsync(seconds);
    notify(t`Poster changed`);
  });
  const reset = useAct(async () => {
    await choose.mutateAsync(null);
    setTime('');
    notify(t`Poster changed`);
  });
  const error = send.error ?? reset.error;
  const refused = fieldIssues(send.error).time && t`Enter a time within the film, in seconds.`;
  return (
    <div className={fields.fields}>
      <TextField
        label={t`Frame of the film`}
        hint={t`Time in seconds, for example 12.5`}
        inputMode="decimal"
        value={time}
        issue={issue ?? refused ?? null}
        onChange={({ target }) => setTime(target.value)}
      />
      {error !== null && !refused && <ErrorNotice size="line" error={error} />}
      <Actions>
        <Button size="sm" busy={send.isBusy} onClick={() => void send.run()}>
          {t`Use this frame`}
        </Button>
        {poster_source && (
          <Button size="sm" look="plain" busy={reset.isBusy} onClick={() => void reset.run()}>
            {t`Let Mux choose`}
          </Button>
        )}
      </Actions>
    </div>
  );
}

function pictureIssue(file: File | null): string | null {
  if (!file) return t`Choose a picture first.`;
  if (!TYPES.includes(file.type)) return t`Choose a picture in JPEG, PNG or WebP.`;
  return file.size > BYTES_MAX ? t`The picture is larger than 4 MB.` : null;
}

/** What the service says about the picture, in the app's language. */
function refusal(issue: string): string {
  if (issue.startsWith('is not a picture')) return t`Choose a picture in JPEG, PNG or WebP.`;
  if (issue.startsWith('is damaged')) return t`The picture is damaged. Choose another one.`;
  const pixels = /\d+/.exec(issue)?.[0];
  if (pixels && issue.startsWith('must be at least')) return t`The picture must be at least ${pixels} pixels wide.`;
  if (pixels && issue.startsWith('must have at most')) return t`The picture must have at most ${pixels} pixels on each side.`;
  return issue;
}

function OwnPicture({ video }: { video: AdminVideo }) {
  const upload = useUploadPoster(video.id);
  const [file, setFile] = useState<File | null>(null);
  const [issue, setIssue] = useState<string | null>(null);
  const send = useAct(async () => {
    const wrong = pictureIssue(file);
    setIssue(wrong);
    if (!file || wrong !== null) return;
    await upload.mutateAsync(file);
    setFile(null);
    notify(t`Poster changed`);
  });
  const { image } = fieldIssues(send.error);
  const refused = image === undefined ? undefined : refusal(image);
  return (
    <div className={fields.fields}>
      <FileField
        label={t`Your own picture`}
        hint={t`JPEG, PNG or WebP, at least 320 pixels wide, at most 4 MB`}
        issue={issue ?? refused ?? null}
        accept={TYPES.join(',')}
        file={file}
        onFile={setFile}
      />
      {send.error !== null && !refused && <ErrorNotice size="line" error={send.error} />}
      <Actions>
        <Button size="sm" icon={MORE_ICONS.upload} busy={send.isBusy} onClick={() => void send.run()}>
          {t`Upload picture`}
        </Button>
      </Actions>
    </div>
  );
}
