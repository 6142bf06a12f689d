import { t } from '@lingui/core/macro';
import { useNavigate } from '@/lib/router/place';
import { Button } from '@/components/button';
import { TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { Actions } from '@/components/panel';
import type { AdminVideo } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import styles from './file-fields.module.css';
import { useDeleteVideo } from './use-delete-video';
import { urlIssues, useImportVideo } from './use-import-video';

/** Whether Mux could not fetch the file of a video. The service passes on only what Mux says. */
export function isUnfetched({ error_reason }: AdminVideo): boolean {
  return /fetch|download/i.test(error_reason ?? '');
}

/**
 * Imports the file of a video from another URL, or from the same one again. The service imports only new videos, so a new one with the
 * same details takes this one's place.
 */
export function ImportAgain({ video }: { video: AdminVideo }) {
  const navigate = useNavigate();
  const importVideo = useImportVideo();
  const remove = useDeleteVideo(video.id);
  const form = useForm({
    initial: { url: '' },
    check: ({ url }) => ({ url: url.trim() === '' ? t`Enter the URL of the file` : undefined }),
    issuesOf: urlIssues,
    submit: async ({ url }) => {
      const { id } = await importVideo.mutateAsync({ ...detailsOf(video), url: url.trim() });
      try {
        await remove.mutateAsync();
      } catch {
        notify(t`The import has started. The failed video is still there, because it could not be deleted.`, 'failed');
      }
      await navigate(`/admin/videos/${id}`, { replace: true });
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
      {form.error !== null && <ErrorNotice size="line" error={form.error} />}
      <Actions>
        <Button type="submit" look="strong" size="sm" busy={form.isBusy}>
          {t`Import again`}
        </Button>
      </Actions>
    </form>
  );
}

/** What an operator entered about a video. */
function detailsOf(video: AdminVideo) {
  const { title, description, category, required_plan, year, country, age_rating, directors, actors, tags } = video;
  const { series_id, season, episode, credits_at, publish_at, trailer_of, video_quality } = video;
  return {
    ...{ title, description, category, required_plan, year, country, age_rating, directors, actors, tags },
    ...{ series_id, season, episode, credits_at, publish_at, trailer_of, video_quality },
  };
}
