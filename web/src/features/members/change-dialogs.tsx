import { t } from '@lingui/core/macro';
import { TextArea, TextField } from '@/components/field';
import { Segments } from '@/components/segments';
import { hasCode } from '@/lib/errors/api-error';
import { lengthIssue } from '@/lib/fields';
import type { MemberDetail } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import { FormDialog, ReasonField } from './form-dialog';
import { reasonIssue } from './reason';
import { useChangeMember } from './use-change-member';
import type { MemberEdit } from './use-change-member';

/** The API's limits, in characters. */
const NAME_LENGTH_MAX = 100;
const NOTES_LENGTH_MAX = 2_000;

interface DialogProps {
  member: MemberDetail;
  onClose: () => void;
}

/** Edits a member's name, address and notes. */
export function EditDialog({ member, onClose }: DialogProps) {
  const { user, notes } = member;
  const { edit } = useChangeMember(user.id);
  const before = { name: user.name ?? '', email: user.email, notes: notes ?? '' };
  const form = useForm({
    initial: { ...before, reason: '' },
    check: ({ name, email, notes: text, reason }) => ({
      name: lengthIssue(name.trim(), NAME_LENGTH_MAX),
      email: email.trim() === '' ? t`Enter an email address` : undefined,
      notes: lengthIssue(text.trim(), NOTES_LENGTH_MAX),
      reason: reasonIssue(reason),
    }),
    submit: async ({ name, email, notes: text, reason }) => {
      const body: MemberEdit = { reason: reason.trim() };
      if (name.trim() !== before.name) body.name = name.trim();
      if (email.trim() !== before.email) body.email = email.trim();
      if (text.trim() !== before.notes) body.notes = text.trim();
      await edit.mutateAsync(body);
      notify(t`Member saved`);
      onClose();
    },
    issuesOf: (error) => (hasCode(error, 'EMAIL_TAKEN') ? { email: t`Another account uses this email address` } : null),
  });
  return (
    <FormDialog
      title={t`Edit member`}
      description={t`A new email address applies at once and signs the member out everywhere. The earlier address is notified.`}
      form={form}
      submitLabel={t`Save`}
      submitLook="primary"
      onClose={onClose}
    >
      <TextField {...form.field('name')} label={t`Name`} autoComplete="off" />
      <TextField {...form.field('email')} type="email" label={t`Email address`} autoComplete="off" />
      <TextArea {...form.field('notes')} label={t`Notes`} rows={4} hint={t`For operators. They are part of the member’s data export.`} />
      <ReasonField {...form.field('reason')} />
    </FormDialog>
  );
}

/** Signs a member out of all devices. */
export function EndSessionsDialog({ member, onClose }: DialogProps) {
  const { email } = member.user;
  const { endSessions } = useChangeMember(member.user.id);
  const form = useForm({
    initial: { reason: '' },
    check: ({ reason }) => ({ reason: reasonIssue(reason) }),
    submit: async ({ reason }) => {
      await endSessions.mutateAsync(reason.trim());
      notify(t`${email} was signed out everywhere`);
      onClose();
    },
  });
  return (
    <FormDialog
      title={t`Sign out all devices?`}
      description={t`${email} is signed out at once, and playback stops. The password stays the same.`}
      form={form}
      submitLabel={t({ message: 'Sign out', context: 'somebody else' })}
      submitLook="danger"
      onClose={onClose}
    >
      <ReasonField {...form.field('reason')} />
    </FormDialog>
  );
}

/** Ends a member's subscription, at once or with its period. */
export function EndSubscriptionDialog({ member, onClose }: DialogProps) {
  const { user, subscription } = member;
  const { email } = user;
  const { endSubscription } = useChangeMember(user.id);
  const isEnding = subscription.cancel_at !== null;
  const form = useForm({
    initial: { when: isEnding ? 'now' : 'period_end', reason: '' },
    check: ({ reason }) => ({ reason: reasonIssue(reason) }),
    submit: async ({ when, reason }) => {
      await endSubscription.mutateAsync({ when: when === 'now' ? 'now' : 'period_end', reason: reason.trim() });
      notify(when === 'now' ? t`The subscription of ${email} has ended` : t`The subscription of ${email} ends with its period`);
      onClose();
    },
  });
  const when = form.values.when === 'now' ? 'now' : 'period_end';
  return (
    <FormDialog
      title={t`End subscription?`}
      description={
        when === 'now'
          ? t`${email} loses access at once. Nothing is refunded; you can refund payments separately.`
          : t`${email} can watch until the paid period ends, and is not charged again.`
      }
      form={form}
      submitLabel={t`End subscription`}
      submitLook="danger"
      onClose={onClose}
    >
      {!isEnding && (
        <div>
          <Segments
            label={t`When`}
            value={when}
            options={[
              { value: 'period_end', label: t`With the period` },
              { value: 'now', label: t`Now` },
            ]}
            onChange={(value) => form.set('when', value)}
          />
        </div>
      )}
      <ReasonField {...form.field('reason')} />
    </FormDialog>
  );
}
