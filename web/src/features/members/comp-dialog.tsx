import { t } from '@lingui/core/macro';
import { DateField } from '@/components/date-field';
import { Segments } from '@/components/segments';
import { exampleTime, fieldTime, isPast, timeOfField, utcToday } from '@/lib/fields';
import type { MemberDetail, PlanType } from '@/lib/models';
import { planName } from '@/lib/nouns';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import { FormDialog, ReasonField } from './form-dialog';
import { reasonIssue } from './reason';
import { useCompMember } from './use-comp-member';

const END_OF_DAY = '23:59';

const PLANS: PlanType[] = ['basic', 'premium'];

interface CompDialogProps {
  member: MemberDetail;
  /** Removes the access instead of giving it. */
  removes: boolean;
  onClose: () => void;
}

/** Gives or removes comp access. Both require a reason. */
export function CompDialog({ member, removes, onClose }: CompDialogProps) {
  const { user, complimentary_plan, subscription } = member;
  const { email } = user;
  const comp = useCompMember(user.id);
  const form = useForm({
    initial: {
      plan_type: complimentary_plan ?? 'premium',
      until:
        subscription.complimentary_until && !isPast(subscription.complimentary_until) ? fieldTime(subscription.complimentary_until) : '',
      reason: '',
    },
    check: ({ until, reason }) => ({ until: removes ? undefined : untilIssue(until), reason: reasonIssue(reason) }),
    submit: async ({ plan_type, until, reason }) => {
      const plan: PlanType = plan_type === 'basic' ? 'basic' : 'premium';
      await comp.mutateAsync(
        removes
          ? { plan_type: null, until: null, reason: reason.trim() }
          : { plan_type: plan, until: timeOfField(until), reason: reason.trim() },
      );
      const given = planName(plan);
      notify(removes ? t`Comp access removed from ${email}` : t`Comp access to ${given} given to ${email}`);
      onClose();
    },
  });
  const plan = form.values.plan_type === 'basic' ? 'basic' : 'premium';
  const name = planName(plan);
  return (
    <FormDialog
      title={removes ? t`Remove comp access?` : complimentary_plan ? t`Change comp access` : t`Give comp access`}
      description={
        removes
          ? t`${email} keeps any plan that they pay for. Videos that they can no longer watch stop within seconds.`
          : t`${email} can watch without paying. If they also pay for a plan, the higher plan applies.`
      }
      form={form}
      submitLabel={removes ? t`Remove access` : t`Give ${name}`}
      submitLook={removes ? 'danger' : 'primary'}
      onClose={onClose}
    >
      {!removes && (
        <>
          <div>
            <Segments
              label={t`Plan`}
              value={plan}
              options={PLANS.map((value) => ({ value, label: planName(value) }))}
              onChange={(value) => form.set('plan_type', value)}
            />
          </div>
          <DateField
            {...form.field('until')}
            onChange={(typed) => form.set('until', typed)}
            label={t`Until`}
            time={END_OF_DAY}
            from={utcToday()}
            hint={t`In UTC. Leave this empty for access without an end date.`}
          />
        </>
      )}
      <ReasonField {...form.field('reason')} />
    </FormDialog>
  );
}

function untilIssue(until: string): string | undefined {
  if (until === '') return undefined;
  const at = timeOfField(until);
  const example = exampleTime(END_OF_DAY);
  if (at === null) return t`Enter a date and a time, such as ${example}, or leave this empty`;
  return isPast(at) ? t`This time is in the past` : undefined;
}
