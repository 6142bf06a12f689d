import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button, ButtonLink } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { Actions, Note, Panel } from '@/components/panel';
import { moment } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useAct } from '@/lib/use-act';
import { ScheduleDialog } from './schedule-dialog';
import { useTitleOfTrailer } from './use-trailers';
import { useUpdateVideo } from './use-update-video';
import { publication } from './video-state';

/** Whether viewers can see a video, with the buttons to change that. */
export function PublishPanel({ video }: { video: AdminVideo }) {
  const { title } = video;
  const update = useUpdateVideo(video.id);
  const [asks, setAsks] = useState<'schedule' | 'unpublish' | null>(null);
  const publish = useAct(async () => {
    await update.mutateAsync({ published: true, publish_at: null });
    notify(t`“${title}” published`);
  });
  const { kind } = publication(video);
  // A trailer has no page of its own.
  const trailed = useTitleOfTrailer(video);
  const page = video.trailer_of ? trailed?.page : `/videos/${video.id}`;
  const isReady = video.status === 'ready';
  return (
    <Panel
      title={t`Visibility`}
      aside={
        kind === 'published' ? (
          <Badge kind="positive">{t`Published`}</Badge>
        ) : kind === 'scheduled' ? (
          <Badge kind="warning">{t`Scheduled`}</Badge>
        ) : (
          <Badge>{t`Draft`}</Badge>
        )
      }
    >
      <Note>{sentenceOf(video)}</Note>
      {publish.error !== null && <ErrorNotice size="line" error={publish.error} onRetry={() => void publish.run()} />}
      <Actions>
        {kind !== 'published' && (
          <Button look="primary" disabled={!isReady} busy={publish.isBusy} onClick={() => void publish.run()}>
            {t`Publish now`}
          </Button>
        )}
        {kind !== 'published' && (
          <Button icon={MORE_ICONS.calendar} disabled={!isReady} onClick={() => setAsks('schedule')}>
            {kind === 'scheduled' ? t`Change date` : t`Schedule`}
          </Button>
        )}
        {kind === 'published' && page && (
          <ButtonLink to={page} icon={MORE_ICONS.eye}>
            {t`View as viewer`}
          </ButtonLink>
        )}
        {kind !== 'draft' && (
          <Button look="plain" onClick={() => setAsks('unpublish')}>
            {kind === 'scheduled' ? t`Unschedule` : t`Unpublish`}
          </Button>
        )}
      </Actions>
      {asks === 'schedule' && <ScheduleDialog video={video} onClose={() => setAsks(null)} />}
      <Confirm
        open={asks === 'unpublish'}
        onClose={() => setAsks(null)}
        title={kind === 'scheduled' ? t`Unschedule “${title}”?` : t`Unpublish “${title}”?`}
        description={
          kind === 'scheduled'
            ? t`The video stays a draft until you publish it or schedule it again.`
            : t`The video disappears from every list immediately, and nobody can start it. Viewers keep their progress in case you publish it again.`
        }
        actionLabel={kind === 'scheduled' ? t`Unschedule` : t`Unpublish`}
        act={async () => {
          await update.mutateAsync({ published: false, publish_at: null });
          notify(t`“${title}” is now a draft`);
        }}
      />
    </Panel>
  );
}

function sentenceOf(video: AdminVideo): string {
  const { kind } = publication(video);
  if (kind === 'published') {
    if (!video.published_at) return t`Visible to viewers.`;
    const start = moment(video.published_at);
    return t`Visible to viewers since ${start}.`;
  }
  if (kind === 'scheduled') {
    const start = moment(video.publish_at ?? '');
    return t`Visible to viewers from ${start}.`;
  }
  if (video.status === 'processing') return t`You can publish this video once it is encoded.`;
  return video.status === 'error'
    ? t`This video has no playable file, so you cannot publish it.`
    : t`Ready to publish. Viewers cannot see this video yet.`;
}
