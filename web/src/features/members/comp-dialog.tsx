import { useId } from 'react';
import { Button } from '@/components/button';
import { DateField } from '@/components/date-field';
import { Dialog } from '@/components/dialog';
import { TextArea } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { Segments } from '@/components/segments';
import { fieldTime, isPast, timeOfField } from '@/lib/fields';
import { capital } from '@/lib/format';
import type { MemberDetail, PlanType } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import styles from './dialog-form.module.css';
import { REASON_LENGTH_MAX, reasonIssue } from './reason';
import { useCompMember } from './use-comp-member';

const END_OF_DAY = '23:59';

const PLANS: { value: PlanType; label: string }[] = [
  { value: 'basic', label: 'Basic' },
  { value: 'premium', label: 'Premium' },
];

interface CompDialogProps {
  member: MemberDetail;
  /** Whether what was given is taken back. */
  takes: boolean;
  onClose: () => void;
}

/** Gives a plan on the house, or takes it back; never without a reason. */
export function CompDialog({ member, takes, onClose }: CompDialogProps) {
  const { user, complimentary_plan, subscription } = member;
  const comp = useCompMember(user.id);
  const id = useId();
  const form = useForm({
    initial: {
      plan_type: complimentary_plan ?? 'premium',
      until: subscription.complimentary_until && !isPast(subscription.complimentary_until) ? fieldTime(subscription.complimentary_until) : '',
      reason: '',
    },
    check: ({ until, reason }) => ({ until: takes ? undefined : untilIssue(until), reason: reasonIssue(reason) }),
    submit: async ({ plan_type, until, reason }) => {
      const plan: PlanType = plan_type === 'basic' ? 'basic' : 'premium';
      await comp.mutateAsync(takes ? { plan_type: null, until: null, reason: reason.trim() } : { plan_type: plan, until: timeOfField(until), reason: reason.trim() });
      notify(takes ? 'The complimentary plan is taken back' : `${capital(plan)} is given to ${user.email}`);
      onClose();
    },
  });
  const plan = form.values.plan_type === 'basic' ? 'basic' : 'premium';
  return (
    <Dialog
      open
      onClose={() => !form.isBusy && onClose()}
      title={takes ? 'Take the plan back?' : 'Give a plan'}
      description={takes ? `${user.email} goes on with what they pay for, if they do. What is playing stops at the next check.` : `${user.email} watches without paying. The better of this and their own plan counts.`}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form={id} look={takes ? 'danger' : 'primary'} busy={form.isBusy}>
            {takes ? 'Take it back' : `Give ${capital(plan)}`}
          </Button>
        </>
      }
    >
      <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        {!takes && (
          <>
            <div>
              <Segments label="Plan" value={plan} options={PLANS} onChange={(value) => form.set('plan_type', value)} />
            </div>
            <DateField {...form.field('until')} onChange={(typed) => form.set('until', typed)} label="Until" time={END_OF_DAY} from={new Date()} hint="Leave it empty to give it for good." />
          </>
        )}
        <TextArea {...form.field('reason')} label="Reason" rows={3} maxLength={REASON_LENGTH_MAX} hint="Kept in the audit, with your name." />
      </form>
    </Dialog>
  );
}

function untilIssue(until: string): string | undefined {
  if (until === '') return undefined;
  const at = timeOfField(until);
  if (at === null) return `Give a day and a time, like 26 Nov 2026, ${END_OF_DAY}, or nothing`;
  return isPast(at) ? 'This is past' : undefined;
}
