import { t } from '@lingui/core/macro';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { TextArea, TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { Segments } from '@/components/segments';
import { hasCode } from '@/lib/errors/api-error';
import { lengthIssue } from '@/lib/fields';
import type { MemberDetail } from '@/lib/models';
import { notify } from '@/lib/notify';
import { useForm } from '@/lib/use-form';
import styles from './dialog-form.module.css';
import { REASON_LENGTH_MAX, reasonIssue } from './reason';
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
    <Framed
      title={t`Edit member`}
      description={t`A new email address applies at once and signs the member out everywhere. The earlier address is notified.`}
      submit={(id) => (
        <Button type="submit" form={id} look="primary" busy={form.isBusy}>
          {t`Save`}
        </Button>
      )}
      isBusy={form.isBusy}
      onClose={onClose}
    >
      {(id) => (
        <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
          {form.error !== null && <ErrorNotice size="line" error={form.error} />}
          <TextField {...form.field('name')} label={t`Name`} autoComplete="off" />
          <TextField {...form.field('email')} type="email" label={t`Email address`} autoComplete="off" />
          <TextArea
            {...form.field('notes')}
            label={t`Notes`}
            rows={4}
            hint={t`For operators. They are part of the member’s data export.`}
          />
          <Reason {...form.field('reason')} />
        </form>
      )}
    </Framed>
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
    <Framed
      title={t`Sign out all devices?`}
      description={t`${email} is signed out at once, and playback stops. The password stays the same.`}
      submit={(id) => (
        <Button type="submit" form={id} look="danger" busy={form.isBusy}>
          {t`Sign out`}
        </Button>
      )}
      isBusy={form.isBusy}
      onClose={onClose}
    >
      {(id) => (
        <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
          {form.error !== null && <ErrorNotice size="line" error={form.error} />}
          <Reason {...form.field('reason')} />
        </form>
      )}
    </Framed>
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
    <Framed
      title={t`End subscription?`}
      description={
        when === 'now'
          ? t`${email} loses access at once. Nothing is refunded; you can refund payments separately.`
          : t`${email} can watch until the paid period ends, and is not charged again.`
      }
      submit={(id) => (
        <Button type="submit" form={id} look="danger" busy={form.isBusy}>
          {t`End subscription`}
        </Button>
      )}
      isBusy={form.isBusy}
      onClose={onClose}
    >
      {(id) => (
        <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
          {form.error !== null && <ErrorNotice size="line" error={form.error} />}
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
          <Reason {...form.field('reason')} />
        </form>
      )}
    </Framed>
  );
}

interface FramedProps {
  title: string;
  description: string;
  submit: (form: string) => ReactNode;
  isBusy: boolean;
  onClose: () => void;
  children: (form: string) => ReactNode;
}

/** A dialog whose buttons are outside of its form. */
function Framed({ title, description, submit, isBusy, onClose, children }: FramedProps) {
  const id = useId();
  return (
    <Dialog
      open
      onClose={() => !isBusy && onClose()}
      title={title}
      description={description}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            {t`Cancel`}
          </Button>
          {submit(id)}
        </>
      }
    >
      {children(id)}
    </Dialog>
  );
}

function Reason(field: ReturnType<ReturnType<typeof useForm>['field']>) {
  return (
    <TextArea
      {...field}
      label={t`Reason`}
      rows={3}
      maxLength={REASON_LENGTH_MAX}
      hint={t`This is recorded in the audit log with your name.`}
    />
  );
}
