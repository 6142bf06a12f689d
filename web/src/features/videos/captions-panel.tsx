import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { FileField } from '@/components/file-field';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { Actions, Note, Panel } from '@/components/panel';
import { Select } from '@/components/select';
import { fieldIssues } from '@/lib/errors/api-error';
import type { AdminVideo, Captions, SpokenLanguage } from '@/lib/models';
import { languageName } from '@/lib/names';
import { notify } from '@/lib/notify';
import { useAct } from '@/lib/use-act';
import fields from './file-fields.module.css';
import list from './item-list.module.css';
import { spokenLanguages } from './spoken-language';
import { useDeleteCaptions, useGenerateCaptions, usePutCaptions } from './use-captions';

/** The languages to choose from. Captions in others can be uploaded through the API. */
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'sv', 'tr', 'uk', 'ru', 'ar', 'hi', 'ja', 'ko', 'zh'];
/** The service's limit, in bytes. */
const BYTES_MAX = 256 * 1024;

/** The captions of a video: those that viewers can choose, and an upload. */
export function CaptionsPanel({ video }: { video: AdminVideo }) {
  const [removed, setRemoved] = useState<Captions | null>(null);
  const remove = useDeleteCaptions(video.id);
  const name = removed?.name ?? '';
  return (
    <Panel title={t`Captions`}>
      {video.captions.length === 0 ? (
        <Note>{t`This video has no captions.`}</Note>
      ) : (
        <ul className={list.list}>
          {video.captions.map((track) => (
            <Track key={track.track_id} track={track} onRemove={() => setRemoved(track)} />
          ))}
        </ul>
      )}
      {video.status === 'ready' ? (
        <>
          <Upload video={video} />
          <Generate video={video} />
        </>
      ) : (
        <Note>{t`Captions can be added when the video is ready.`}</Note>
      )}
      <Confirm
        open={removed !== null}
        onClose={() => setRemoved(null)}
        title={t`Remove the captions “${name}”?`}
        description={t`Viewers can no longer choose them.`}
        actionLabel={t`Remove captions`}
        act={async () => {
          if (removed) await remove.mutateAsync(removed);
          notify(t`Captions “${name}” removed`);
          setRemoved(null);
        }}
      />
    </Panel>
  );
}

function Track({ track, onRemove }: { track: Captions; onRemove: () => void }) {
  const { name, language, status } = track;
  return (
    <li className={list.item}>
      <span className={list.name}>{name}</span>
      <span className={list.note}>{track.is_generated ? t`${language}, auto-generated` : language}</span>
      {status === 'preparing' && <Badge kind="neutral">{track.is_generated ? t`Mux is writing them` : t`Mux is reading the file`}</Badge>}
      {status === 'errored' && (
        <Badge kind="danger">{track.is_generated ? t`Mux could not write them` : t`Mux could not read the file`}</Badge>
      )}
      <Button look="plain" size="sm" icon={MORE_ICONS.trash} aria-label={t`Remove captions “${name}”`} onClick={onRemove}>
        {t`Remove`}
      </Button>
    </li>
  );
}

function issueOf(file: File | null): string | null {
  if (!file) return t`Choose a file with captions first.`;
  return file.size > BYTES_MAX ? t`The file is larger than 256 KB.` : null;
}

/** What the service says about the file, in the app's language. */
function refusal(issue: string): string {
  if (issue.startsWith('is neither')) return t`This file is neither WebVTT (.vtt) nor SubRip (.srt).`;
  if (issue.startsWith('is not text')) return t`This file is not text in UTF-8 or UTF-16.`;
  const line = /^line (\d+): /.exec(issue)?.[1];
  if (line && issue.includes(' after the end ')) return t`The caption in line ${line} starts after the end of the film.`;
  // The service explains what is wrong with a line only in English.
  if (line && i18n.locale !== 'en') return t`Line ${line} of the file is not valid.`;
  return issue;
}

function Upload({ video }: { video: AdminVideo }) {
  const put = usePutCaptions(video.id);
  const [language, setLanguage] = useState('en');
  const [file, setFile] = useState<File | null>(null);
  const [issue, setIssue] = useState<string | null>(null);
  const send = useAct(async () => {
    const wrong = issueOf(file);
    setIssue(wrong);
    if (!file || wrong !== null) return;
    await put.mutateAsync({ language, file });
    setFile(null);
    notify(t`Captions uploaded`);
  });
  // All of the service's issues are about the file.
  const refusals = Object.values(fieldIssues(send.error)).map(refusal);
  return (
    <div className={fields.fields}>
      <Select
        label={t`Language`}
        value={language}
        options={LANGUAGES.map((value) => ({ value, label: languageName(value) }))}
        onChange={setLanguage}
      />
      <FileField
        label={t`File`}
        hint={t`WebVTT (.vtt) or SubRip (.srt), at most 256 KB`}
        issue={issue ?? refusals[0] ?? null}
        accept=".vtt,.srt,text/vtt,application/x-subrip"
        file={file}
        onFile={setFile}
      />
      {send.error !== null && refusals.length === 0 && <ErrorNotice size="line" error={send.error} />}
      <Actions>
        <Button size="sm" icon={MORE_ICONS.upload} busy={send.isBusy} onClick={() => void send.run()}>
          {t`Upload captions`}
        </Button>
      </Actions>
    </div>
  );
}

/** Lets Mux write captions in a language that has none yet. */
function Generate({ video }: { video: AdminVideo }) {
  const generate = useGenerateCaptions(video.id);
  const taken = video.captions.map(({ language }) => language);
  const options = spokenLanguages().filter(({ value }) => !taken.includes(value));
  const [chosen, setChosen] = useState<SpokenLanguage | null>(null);
  const language = options.find(({ value }) => value === chosen)?.value ?? options[0]?.value;
  const send = useAct(async () => {
    if (!language) return;
    await generate.mutateAsync(language);
    notify(t`Mux is writing the captions`);
  });
  if (!language) return null;
  return (
    <div className={fields.fields}>
      <Select label={t`Automatic captions: spoken language`} value={language} options={options} onChange={setChosen} />
      {send.error !== null && <ErrorNotice size="line" error={send.error} />}
      <Actions>
        <Button size="sm" busy={send.isBusy} onClick={() => void send.run()}>
          {t`Generate captions`}
        </Button>
      </Actions>
    </div>
  );
}
