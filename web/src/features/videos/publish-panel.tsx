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
import { useUpdateVideo } from './use-update-video';
import { publication } from './video-state';

/** Whether viewers see it, and what to do about that. */
export function PublishPanel({ video }: { video: AdminVideo }) {
  const update = useUpdateVideo(video.id);
  const [asks, setAsks] = useState<'schedule' | 'unpublish' | null>(null);
  const publish = useAct(async () => {
    await update.mutateAsync({ published: true, publish_at: null });
    notify(`“${video.title}” is published`);
  });
  const { kind } = publication(video);
  const isReady = video.status === 'ready';
  return (
    <Panel title="Publication" aside={kind === 'published' ? <Badge kind="positive">Published</Badge> : kind === 'scheduled' ? <Badge kind="warning">Scheduled</Badge> : <Badge>Draft</Badge>}>
      <Note>{sentenceOf(video)}</Note>
      {publish.error !== null && <ErrorNotice size="line" error={publish.error} onRetry={() => void publish.run()} />}
      <Actions>
        {kind !== 'published' && (
          <Button look="primary" disabled={!isReady} busy={publish.isBusy} onClick={() => void publish.run()}>
            Publish now
          </Button>
        )}
        {kind !== 'published' && (
          <Button icon={MORE_ICONS.calendar} disabled={!isReady} onClick={() => setAsks('schedule')}>
            {kind === 'scheduled' ? 'Change the date' : 'Schedule'}
          </Button>
        )}
        {kind === 'published' && (
          <ButtonLink to={`/videos/${video.id}`} icon={MORE_ICONS.eye}>
            See it as viewers do
          </ButtonLink>
        )}
        {kind !== 'draft' && (
          <Button look="plain" onClick={() => setAsks('unpublish')}>
            {kind === 'scheduled' ? 'Do not publish' : 'Unpublish'}
          </Button>
        )}
      </Actions>
      {asks === 'schedule' && <ScheduleDialog video={video} onClose={() => setAsks(null)} />}
      <Confirm
        open={asks === 'unpublish'}
        onClose={() => setAsks(null)}
        title={kind === 'scheduled' ? 'Take it off the schedule?' : `Unpublish “${video.title}”?`}
        description={
          kind === 'scheduled'
            ? 'It stays a draft until you publish it or schedule it again.'
            : 'It leaves the programme and every list at once, and nobody can start it any more. Their progress is kept for when it comes back.'
        }
        deed={kind === 'scheduled' ? 'Do not publish' : 'Unpublish'}
        act={async () => {
          await update.mutateAsync({ published: false, publish_at: null });
          notify(`“${video.title}” is a draft again`);
        }}
      />
    </Panel>
  );
}

function sentenceOf(video: AdminVideo): string {
  const { kind } = publication(video);
  if (kind === 'published') return video.published_at ? `Viewers have seen it since ${moment(video.published_at)}.` : 'Viewers see it.';
  if (kind === 'scheduled') return `Viewers see it from ${moment(video.publish_at ?? '')} on.`;
  if (video.status === 'processing') return 'It can be published as soon as it is encoded.';
  return video.status === 'error' ? 'It cannot be played, so it cannot be published.' : 'It is ready, and nobody sees it yet.';
}
