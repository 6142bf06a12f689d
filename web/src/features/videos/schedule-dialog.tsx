import { useId } from 'react';
import { Button } from '@/components/button';
import { DateField } from '@/components/date-field';
import { Dialog } from '@/components/dialog';
import { ErrorNotice } from '@/components/notice';
import { fieldDay, fieldTime, isPast, timeOfField } from '@/lib/fields';
import { moment } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import { useUpdateVideo } from './use-update-video';

const EVENING = '20:00';

/** Asks from when on viewers see a video. */
export function ScheduleDialog({ video, onClose }: { video: AdminVideo; onClose: () => void }) {
  const update = useUpdateVideo(video.id);
  const id = useId();
  const form = useForm({
    initial: { publish_at: video.publish_at ? fieldTime(video.publish_at) : tomorrowEvening() },
    check: ({ publish_at }) => ({ publish_at: issueOf(publish_at) }),
    submit: async (values) => {
      const publish_at = timeOfField(values.publish_at);
      await update.mutateAsync({ published: true, publish_at });
      notify(`“${video.title}” comes on ${moment(publish_at ?? '')}`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={() => !form.isBusy && onClose()}
      title="Schedule"
      description="It joins the programme by itself at that moment."
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form={id} look="primary" busy={form.isBusy}>
            Schedule
          </Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <DateField
          {...form.field('publish_at')}
          onChange={(typed) => form.set('publish_at', typed)}
          label="From"
          time={EVENING}
          from={new Date()}
          hint={`In your time, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`}
        />
      </form>
    </Dialog>
  );
}

function issueOf(value: string): string | undefined {
  const at = timeOfField(value);
  if (at === null) return `Give a day and a time, like 26 Nov 2026, ${EVENING}`;
  return isPast(at) ? 'This is past; publish it now instead' : undefined;
}

function tomorrowEvening(): string {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  return `${fieldDay(at)}, ${EVENING}`;
}
