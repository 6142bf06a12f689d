import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useNavigate } from '@/lib/router/place';
import { Button } from '@/components/button';
import { TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { Actions, Note } from '@/components/panel';
import type { AdminVideo, SpokenLanguage } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import styles from './file-fields.module.css';
import { GeneratedCaptionsField } from './spoken-language';
import { useImportAgain } from './use-import-again';
import { urlIssues } from './use-import-video';
import { useTrailers } from './use-trailers';

/** Whether Mux could not fetch the file of a video. The service passes on only what Mux says. */
export function isUnfetched({ error_reason }: AdminVideo): boolean {
  return /fetch|download/i.test(error_reason ?? '');
}

/** Imports the file of a failed video from another URL, or from the same one again. */
export function ImportAgain({ video }: { video: AdminVideo }) {
  const trailers = useTrailers(video.id);
  if (trailers.isPending) return null;
  if (trailers.data && trailers.data.length > 0) {
    return <Note>{t`An import replaces this video with a new one, which is not possible while it has trailers. Delete them first.`}</Note>;
  }
  return <ImportForm video={video} />;
}

function ImportForm({ video }: { video: AdminVideo }) {
  const navigate = useNavigate();
  const importAgain = useImportAgain(video);
  const [captions, setCaptions] = useState<SpokenLanguage | 'none'>('none');
  const form = useForm({
    initial: { url: '' },
    check: ({ url }) => ({ url: url.trim() === '' ? t`Enter the URL of the file` : undefined }),
    issuesOf: urlIssues,
    submit: async ({ url }) => {
      const file = { url: url.trim(), generated_captions: captions === 'none' ? null : captions };
      const { video: imported, isOldLeft, isInPlace } = await importAgain.mutateAsync(file);
      if (isOldLeft) notify(t`The import has started. The failed video may still be there, because deleting it failed.`, 'failed');
      if (!isInPlace)
        notify(t`The import has started, but the new video is not in its series yet. Enter its place in the details.`, 'failed');
      await navigate(`/admin/videos/${imported.id}`, { replace: true });
    },
  });
  return (
    <form noValidate className={styles.fields} onSubmit={(event) => void form.onSubmit(event)}>
      <TextField
        {...form.field('url')}
        label={t`URL of the file`}
        hint={t`An https address that anybody can load. Mux fetches the file.`}
        type="url"
        autoComplete="off"
      />
      <GeneratedCaptionsField value={captions} onChange={setCaptions} />
      {video.poster_source && <Note>{t`The import replaces this video with a new one. The poster that you chose is not kept.`}</Note>}
      {form.error !== null && <ErrorNotice size="line" error={form.error} />}
      <Actions>
        <Button type="submit" look="strong" size="sm" busy={form.isBusy}>
          {t`Import again`}
        </Button>
      </Actions>
    </form>
  );
}
