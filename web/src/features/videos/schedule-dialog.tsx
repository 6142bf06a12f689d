import { useId } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { fieldTime, isPast, timeOfField } from '@/lib/fields';
import { moment } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import { useUpdateVideo } from './use-update-video';

/** Asks from when on viewers see a video. */
export function ScheduleDialog({ video, onClose }: { video: AdminVideo; onClose: () => void }) {
  const update = useUpdateVideo(video.id);
  const id = useId();
  const form = useForm({
    initial: { publish_at: fieldTime(video.publish_at ?? tomorrow()) },
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
        <TextField {...form.field('publish_at')} type="datetime-local" label="From" min={fieldTime(new Date().toISOString())} hint={`In your time, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`} />
      </form>
    </Dialog>
  );
}

function issueOf(value: string): string | undefined {
  const at = timeOfField(value);
  if (at === null) return 'Give a day and a time';
  return isPast(at) ? 'This is past; publish it now instead' : undefined;
}

/** The next evening at eight. */
function tomorrow(): string {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  at.setHours(20, 0, 0, 0);
  return at.toISOString();
}
