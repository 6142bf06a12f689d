import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button, ButtonLink } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { Loading, Skeleton } from '@/components/skeleton';
import type { Profile } from '@/lib/models';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { useProfiles } from '@/lib/queries/use-profiles';
import { Avatar } from '@/components/avatar';
import { ChangePinDialog } from './change-pin-dialog';
import { PROFILES_MAX } from './checks';
import { EditDialog } from './edit-dialog';
import { KidsBadge } from '@/components/kids-badge';
import styles from './manage-page.module.css';
import { useChangeProfiles } from './use-change-profiles';

/** The open dialog, and the profile that it is about. */
type Open = { name: 'add' } | { name: 'edit' | 'pin' | 'delete'; profile: Profile };

export function ManagePage() {
  usePageTitle(t`Manage profiles`);
  const profiles = useProfiles();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const all = profiles.data;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>
          <Trans>Manage profiles</Trans>
        </h1>
        <p className={styles.lead}>
          <Trans>Everyone who watches here can have a profile with their own list, history and settings.</Trans>
        </p>
      </div>
      {all ? (
        <ul className={styles.list}>
          {all.map((profile, place) => (
            <Row key={profile.id} profile={profile} isFirst={place === 0} onOpen={(name) => setOpen({ name, profile })} />
          ))}
        </ul>
      ) : profiles.error ? (
        <ErrorNotice error={profiles.error} onRetry={() => void profiles.refetch()} />
      ) : (
        <Loading label={t`Loading profiles`}>
          <Skeleton shape="block" lines={2} className={styles.waiting} />
        </Loading>
      )}
      {all && (
        <div className={styles.actions}>
          {all.length < PROFILES_MAX ? (
            <Button look="strong" icon={MORE_ICONS.plus} onClick={() => setOpen({ name: 'add' })}>
              <Trans>Add profile</Trans>
            </Button>
          ) : (
            <p className={styles.lead}>
              <Trans>An account can have {PROFILES_MAX} profiles.</Trans>
            </p>
          )}
          <ButtonLink to="/profiles">
            <Trans>Switch profile</Trans>
          </ButtonLink>
        </div>
      )}
      {all && open && <OpenDialog open={open} profiles={all} onClose={close} />}
    </div>
  );
}

interface RowProps {
  profile: Profile;
  isFirst: boolean;
  onOpen: (name: 'edit' | 'pin' | 'delete') => void;
}

function Row({ profile: { name, avatar, age_limit, has_pin, is_current }, isFirst, onOpen }: RowProps) {
  return (
    <li className={styles.row}>
      <Avatar name={avatar} className={styles.avatar} />
      <div className={styles.what}>
        <h2 className={styles.name}>{name}</h2>
        <p className={styles.badges}>
          {is_current && (
            <Badge kind="positive">
              <Trans>Watching now</Trans>
            </Badge>
          )}
          {age_limit !== null && <KidsBadge age={age_limit} />}
          {has_pin && (
            <Badge>
              <Trans>With PIN</Trans>
            </Badge>
          )}
        </p>
      </div>
      <div className={styles.buttons}>
        <Button size="sm" aria-label={t`Edit ${name}`} onClick={() => onOpen('edit')}>
          <Trans>Edit</Trans>
        </Button>
        <Button size="sm" aria-label={has_pin ? t`Change PIN: ${name}` : t`Set PIN: ${name}`} onClick={() => onOpen('pin')}>
          {has_pin ? t`Change PIN` : t`Set PIN`}
        </Button>
        {!isFirst && (
          <Button size="sm" look="danger" aria-label={t`Delete ${name}`} onClick={() => onOpen('delete')}>
            <Trans>Delete</Trans>
          </Button>
        )}
      </div>
    </li>
  );
}

function OpenDialog({ open, profiles, onClose }: { open: Open; profiles: Profile[]; onClose: () => void }) {
  const { remove } = useChangeProfiles();
  if (open.name === 'add') return <EditDialog profile={null} profiles={profiles} onClose={onClose} />;
  const { profile } = open;
  const { name } = profile;
  switch (open.name) {
    case 'edit':
      return <EditDialog profile={profile} profiles={profiles} onClose={onClose} />;
    case 'pin':
      return <ChangePinDialog profile={profile} onClose={onClose} />;
    case 'delete':
      return (
        <Confirm
          open
          onClose={onClose}
          title={t`Delete the profile ${name}?`}
          description={t`Its list, history and settings will be deleted on all devices. This can’t be undone.`}
          actionLabel={t`Delete profile`}
          act={async () => {
            await remove.mutateAsync(profile);
            notify(t`Profile deleted`);
          }}
        />
      );
  }
}
