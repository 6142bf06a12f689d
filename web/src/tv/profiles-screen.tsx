import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useState } from 'react';
import { Avatar } from '@/components/avatar';
import { selectProfile } from '@/lib/select-profile';
import { useIsChoosing } from '@/lib/choosing';
import { hasCode } from '@/lib/errors/api-error';
import { sentence } from '@/lib/errors/explain';
import type { Profile } from '@/lib/models';
import { useProfiles } from '@/lib/queries/use-profiles';
import type { ScreenProps } from './app';
import { Group, Item, useOnce } from './focus';
import { Failure, Waiting } from './messages';
import { closeScreens, open } from './screens';

/** Asks who is watching. */
export function ProfilesScreen({ focusKey, isVisible }: ScreenProps) {
  const { data: profiles, error, refetch } = useProfiles();
  const isChoosing = useIsChoosing();
  const [failure, setFailure] = useState<unknown>(null);
  const current = profiles?.find(({ is_current }) => is_current) ?? profiles?.[0];
  useOnce(profiles !== undefined && isVisible, () => void setFocus(`${focusKey}-profiles`));
  const choose = async (profile: Profile) => {
    setFailure(null);
    if (profile.is_current && !isChoosing) closeScreens();
    else if (profile.has_pin) open({ name: 'pin', id: profile.id });
    else {
      try {
        await selectProfile(profile);
        closeScreens();
      } catch (refused) {
        // A PIN was set in the meantime.
        if (hasCode(refused, 'INVALID_CREDENTIALS')) open({ name: 'pin', id: profile.id });
        else setFailure(refused);
      }
    }
  };
  if (!profiles)
    return error ? <Failure error={error} focusKey={focusKey} onRetry={() => void refetch()} /> : <Waiting label={t`Loading`} />;
  return (
    <div className="message">
      <h1>{t`Who’s watching?`}</h1>
      <Group focusKey={`${focusKey}-profiles`} className="profiles" label={t`Profiles`} first={`${focusKey}-${current?.id ?? ''}`}>
        {profiles.map((profile) => (
          <Item key={profile.id} focusKey={`${focusKey}-${profile.id}`} className="profile" onPress={() => void choose(profile)}>
            <span className="profile-picture">
              <Avatar name={profile.avatar} />
            </span>
            <span className="profile-name">{profile.name}</span>
            <span className="profile-note">{noteOf(profile)}</span>
          </Item>
        ))}
      </Group>
      {failure !== null && <p role="alert">{sentence(failure)}</p>}
    </div>
  );
}

function noteOf({ has_pin, age_limit }: Profile): string {
  return [age_limit === null ? null : t`Kids`, has_pin ? t`With PIN` : null].filter(Boolean).join(' · ');
}
