import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Menu } from '@base-ui/react/menu';
import { useLocation, useNavigate } from '@/lib/router/place';
import { Icon } from '@/components/icon';
import type { IconName } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { Avatar } from '@/components/avatar';
import { useIsKids } from '@/lib/age-limit';
import { profilesPath } from '@/lib/return-to';
import { useMe } from '@/lib/queries/use-me';
import { useSignOut } from '@/lib/queries/use-sign-out';
import { setTheme, useTheme } from '@/lib/theme';
import type { Theme } from '@/lib/theme';
import styles from './account-menu.module.css';

const themes = (): { value: Theme; label: string; icon: IconName }[] => [
  { value: 'system', label: t`System`, icon: MORE_ICONS.auto },
  { value: 'dark', label: t`Dark`, icon: MORE_ICONS.moon },
  { value: 'light', label: t`Light`, icon: MORE_ICONS.sun },
];

export default function AccountMenu() {
  const me = useMe();
  const theme = useTheme();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const here = useLocation();
  const isKids = useIsKids();
  const profile = me.data?.profile;
  const go = (icon: IconName, label: string, to: string) => (
    <Menu.Item className={styles.item} onClick={() => void navigate(to)}>
      <Icon name={icon} size={18} />
      {label}
    </Menu.Item>
  );
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={styles.trigger} aria-label={t`Your account`}>
        {profile ? <Avatar name={profile.avatar} className={styles.avatar} /> : <Icon name="user" />}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={styles.positioner} sideOffset={8} align="end">
          <Menu.Popup className={styles.popup}>
            {profile && (
              <div className={styles.who}>
                <Avatar name={profile.avatar} className={styles.picture} />
                <div className={styles.words}>
                  <p className={styles.name}>{profile.name}</p>
                  {!isKids && <p className={styles.email}>{me.data?.email}</p>}
                </div>
              </div>
            )}
            {go(MORE_ICONS.users, t`Switch profile`, profilesPath(here))}
            {!isKids && go(MORE_ICONS.pencil, t`Manage profiles`, '/profiles/manage')}
            <Menu.Separator className={styles.line} />
            {go(MORE_ICONS.plus, t`My list`, '/my-list')}
            {go(MORE_ICONS.clock, t`History`, '/history')}
            <Menu.Separator className={styles.line} />
            {!isKids && (
              <>
                {go('card', t`Account`, '/account')}
                {go(MORE_ICONS.device, t`Devices`, '/account/devices')}
                {go('user', t`Account details`, '/account/profile')}
                {me.data?.role === 'admin' && go('film', t`Admin`, '/admin')}
                <Menu.Separator className={styles.line} />
              </>
            )}
            <Menu.Group>
              <Menu.GroupLabel className={styles.label}>
                <Trans>Appearance</Trans>
              </Menu.GroupLabel>
              <Menu.RadioGroup value={theme} onValueChange={(value: Theme) => setTheme(value)}>
                {themes().map(({ value, label, icon }) => (
                  <Menu.RadioItem key={value} value={value} className={styles.item} closeOnClick={false}>
                    <Icon name={icon} size={18} />
                    {label}
                    <Menu.RadioItemIndicator className={styles.mark}>
                      <Icon name="check" size={16} />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Menu.Separator className={styles.line} />
            <Menu.Item
              className={styles.item}
              onClick={() => {
                // Leave the protected page first, or its guard would treat this as a lost session.
                void navigate('/');
                signOut.mutate();
              }}
            >
              <Icon name={MORE_ICONS.signOut} size={18} />
              <Trans>Sign out</Trans>
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
