import { kidsLabel } from '@/lib/kids-label';
import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useId, useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { PasswordField, TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { Select } from '@/components/select';
import { hasCode } from '@/lib/errors/api-error';
import type { Avatar, Profile } from '@/lib/models';
import { useMe } from '@/lib/queries/use-me';
import { useForm } from '@/lib/use-form';
import { AvatarPicker } from './avatar-picker';
import { AVATARS } from '@/components/avatars';
import { NAME_LENGTH_MAX, ages, nameIssue, showsMore } from './checks';
import styles from './profiles.module.css';
import { useChangeProfiles } from './use-change-profiles';

interface EditDialogProps {
  /** The profile to change; a new one without it. */
  profile: Profile | null;
  profiles: Profile[];
  onClose: () => void;
}

/** Creates a profile, or changes its name, picture and age limit. */
export function EditDialog({ profile, profiles, onClose }: EditDialogProps) {
  const id = useId();
  const me = useMe();
  const { create, update } = useChangeProfiles();
  const [avatar, setAvatar] = useState<Avatar>(profile?.avatar ?? firstUnused(profiles));
  const [age_limit, setAgeLimit] = useState(profile?.age_limit ?? null);
  // Somebody has to be able to manage the account.
  const isFirst = profile !== null && profile.id === profiles[0]?.id;
  const showsMoreNow = profile !== null && showsMore(profile.age_limit, age_limit);
  const form = useForm({
    initial: { name: profile?.name ?? '', password: '' },
    check: ({ name, password }) => ({
      name: nameIssue(name, profiles, profile?.id),
      password: showsMoreNow && !password ? t`Enter your password` : undefined,
    }),
    submit: async ({ name, password }) => {
      const edits = { name: name.trim(), avatar, ...(!isFirst && { age_limit }) };
      if (profile) await update.mutateAsync({ id: profile.id, edits: { ...edits, ...(password && { password }) } });
      else await create.mutateAsync(edits);
      onClose();
    },
    issuesOf: (error) => (hasCode(error, 'INVALID_CREDENTIALS') ? { password: t`This password is incorrect` } : null),
  });
  // The service also asks if the limit has been lowered elsewhere in the meantime.
  const needsPassword = showsMoreNow || form.field('password').issue !== null;
  const close = () => !form.isBusy && onClose();
  return (
    <Dialog
      open
      onClose={close}
      initialFocus={() => document.getElementById(id)?.querySelector('input') ?? null}
      title={profile ? t`Edit profile` : t`Add profile`}
      actions={
        <>
          <Button look="plain" onClick={close}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form={id} look="primary" busy={form.isBusy}>
            {profile ? t`Save` : t`Add profile`}
          </Button>
        </>
      }
    >
      <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('name')} label={t`Name`} autoComplete="off" maxLength={2 * NAME_LENGTH_MAX} />
        <AvatarPicker value={avatar} onChange={setAvatar} />
        {!isFirst && (
          <div className={styles.ages}>
            <Select
              label={t`Titles for`}
              value={age_limit === null ? ANY : String(age_limit)}
              onChange={(value) => setAgeLimit(value === ANY ? null : Number(value))}
              options={[
                { value: ANY, label: t`All ages` },
                ...ages(profile?.age_limit ?? null).map((age) => ({ value: String(age), label: kidsLabel(age) })),
              ]}
            />
            <p className={styles.note}>
              <Trans>A kids profile shows only titles rated for this age. Payments and account settings are hidden.</Trans>
            </p>
          </div>
        )}
        {needsPassword && (
          <>
            <input type="text" name="username" value={me.data?.email ?? ''} readOnly hidden autoComplete="username" />
            <PasswordField
              {...form.field('password')}
              label={t`Your password`}
              autoComplete="current-password"
              hint={t`To show more titles in a kids profile, enter your account password.`}
            />
          </>
        )}
      </form>
    </Dialog>
  );
}

const ANY = 'any';

function firstUnused(profiles: Profile[]): Avatar {
  const used = new Set(profiles.map(({ avatar }) => avatar));
  return (Object.keys(AVATARS) as Avatar[]).find((avatar) => !used.has(avatar)) ?? 'sun';
}
