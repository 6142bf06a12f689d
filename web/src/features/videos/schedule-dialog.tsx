import { t } from '@lingui/core/macro';
import { useId } from 'react';
import { Button } from '@/components/button';
import { DateField } from '@/components/date-field';
import { Dialog } from '@/components/dialog';
import { ErrorNotice } from '@/components/notice';
import { exampleTime, fieldDay, fieldTime, isPast, timeOfField, utcToday } from '@/lib/fields';
import { moment } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import { useUpdateVideo } from './use-update-video';

const EVENING = '20:00';

/** Asks when to publish a video. */
export function ScheduleDialog({ video, onClose }: { video: AdminVideo; onClose: () => void }) {
  const { title } = video;
  const update = useUpdateVideo(video.id);
  const id = useId();
  const form = useForm({
    initial: { publish_at: video.publish_at ? fieldTime(video.publish_at) : tomorrowEvening() },
    check: ({ publish_at }) => ({ publish_at: issueOf(publish_at) }),
    submit: async (values) => {
      const publish_at = timeOfField(values.publish_at);
      await update.mutateAsync({ published: true, publish_at });
      const time = moment(publish_at ?? '');
      notify(t`“${title}” will be published on ${time}`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={() => !form.isBusy && onClose()}
      title={t`Schedule`}
      description={t`The video is published automatically at this time.`}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" form={id} look="primary" busy={form.isBusy}>
            {t`Schedule`}
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <DateField
          {...form.field('publish_at')}
          onChange={(typed) => form.set('publish_at', typed)}
          label={t`Publish on`}
          time={EVENING}
          from={utcToday()}
          hint={t`In UTC, like all times on the admin pages.`}
        />
      </form>
    </Dialog>
  );
}

function issueOf(value: string): string | undefined {
  const at = timeOfField(value);
  const example = exampleTime(EVENING);
  if (at === null) return t`Enter a date and a time, such as ${example}`;
  return isPast(at) ? t`This time is in the past. To publish the video right away, use Publish now` : undefined;
}

function tomorrowEvening(): string {
  const at = utcToday();
  at.setDate(at.getDate() + 1);
  return `${fieldDay(at)}, ${EVENING}`;
}
