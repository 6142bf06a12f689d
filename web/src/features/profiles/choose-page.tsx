import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'react';
import { Button, ButtonLink } from '@/components/button';
import { Icon } from '@/components/icon';
import { ErrorNotice } from '@/components/notice';
import { Loading, Skeleton } from '@/components/skeleton';
import { useIsKids } from '@/lib/age-limit';
import { setChoosing, useIsChoosing } from '@/lib/choosing';
import { hasCode } from '@/lib/errors/api-error';
import type { Profile } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useProfiles } from '@/lib/queries/use-profiles';
import { useSignOut } from '@/lib/queries/use-sign-out';
import { returnTo } from '@/lib/return-to';
import { useLocation, useNavigate } from '@/lib/router/place';
import { useAct } from '@/lib/use-act';
import { takeLanguage } from '@/lib/take-language';
import { Avatar } from '@/components/avatar';
import styles from './choose-page.module.css';
import { PinDialog } from './pin-dialog';
import { KidsBadge } from '@/components/kids-badge';
import { selectProfile } from '@/lib/select-profile';

/** Asks who is watching: after signing in, and whenever somebody wants to switch. */
export function ChoosePage() {
  usePageTitle(t`Who’s watching?`);
  const profiles = useProfiles();
  const isChoosing = useIsChoosing();
  const isKids = useIsKids();
  const [asked, setAsked] = useState<Profile | null>(null);
  const leave = useLeave();
  const open = async (profile: Profile, pin?: string) => {
    await selectProfile(profile, pin);
    takeLanguage();
    await leave();
  };
  const choice = useAct(async (profile: Profile) => {
    if (profile.is_current && !isChoosing) return leave();
    if (profile.has_pin) {
      setAsked(profile);
      return;
    }
    try {
      await open(profile);
    } catch (error) {
      // A PIN was set in the meantime.
      if (!hasCode(error, 'INVALID_CREDENTIALS')) throw error;
      setAsked(profile);
    }
  });
  useOnlyOne(isChoosing ? profiles.data : undefined, () => {
    setChoosing(false);
    void leave();
  });
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>
        <Trans>Who’s watching?</Trans>
      </h1>
      {choice.error !== null && <ErrorNotice size="line" error={choice.error} />}
      {profiles.data ? (
        <ul className={styles.profiles}>
          {profiles.data.map((profile) => (
            <li key={profile.id}>
              <Choice profile={profile} isCurrent={profile.is_current && !isChoosing} onChosen={() => void choice.run(profile)} />
            </li>
          ))}
        </ul>
      ) : profiles.error ? (
        <ErrorNotice error={profiles.error} onRetry={() => void profiles.refetch()} />
      ) : (
        <Loading label={t`Loading profiles`}>
          <div className={styles.profiles}>
            {[0, 1, 2].map((place) => (
              <Skeleton key={place} shape="block" className={styles.waiting} />
            ))}
          </div>
        </Loading>
      )}
      <div className={styles.actions}>
        {isChoosing ? (
          <SignOut />
        ) : (
          !isKids && (
            <ButtonLink to="/profiles/manage">
              <Trans>Manage profiles</Trans>
            </ButtonLink>
          )
        )}
      </div>
      {asked && <PinDialog profile={asked} onClose={() => setAsked(null)} onPin={(pin) => open(asked, pin)} />}
    </div>
  );
}

/** Returns to where the viewer came from. */
function useLeave(): () => Promise<void> {
  const { search } = useLocation();
  const navigate = useNavigate();
  return () => navigate(returnTo(search), { replace: true });
}

/** There is nothing to choose in an account with one profile. */
function useOnlyOne(profiles: Profile[] | undefined, act: () => void): void {
  const isOnlyOne = profiles?.length === 1 && profiles[0]?.is_current === true;
  useEffect(() => {
    if (isOnlyOne) act();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it is known
  }, [isOnlyOne]);
}

function Choice({ profile, isCurrent, onChosen }: { profile: Profile; isCurrent: boolean; onChosen: () => void }) {
  const { name, avatar, has_pin, age_limit } = profile;
  return (
    <button type="button" className={styles.profile} aria-current={isCurrent || undefined} onClick={onChosen}>
      <span className={styles.picture}>
        <Avatar name={avatar} />
      </span>
      <span className={styles.name}>{name}</span>
      <span className={styles.facts}>
        {has_pin && (
          <span className={styles.lock}>
            <Icon name="lock" size={16} />
            <span className="visually-hidden">
              <Trans>Needs a PIN</Trans>
            </span>
          </span>
        )}
        {age_limit !== null && <KidsBadge />}
        {isCurrent && (
          <span className={styles.current}>
            <Trans>Watching now</Trans>
          </span>
        )}
      </span>
    </button>
  );
}

function SignOut() {
  const signOut = useSignOut();
  const navigate = useNavigate();
  return (
    <Button
      look="plain"
      onClick={() => {
        // Leave the protected page first, or its guard would treat this as a lost session.
        void navigate('/');
        signOut.mutate();
      }}
    >
      <Trans>Sign out</Trans>
    </Button>
  );
}
