import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { endSessionOf } from '@/lib/api';
import { endSession, token } from '@/lib/session';
import type { ScreenProps } from './app';
import { Group, Item, useOnce } from './focus';
import { back } from './screens';

/** Asks before signing out, because signing in again needs another device. */
export function SignOutScreen({ focusKey, isVisible }: ScreenProps) {
  useOnce(isVisible, () => void setFocus(`${focusKey}-stay`));
  const signOut = () => {
    const bearer = token();
    endSession();
    if (bearer !== null) void endSessionOf(bearer);
  };
  return (
    <div className="message">
      <h1>{t`Sign out of this TV?`}</h1>
      <p>{t`To watch here again, you’ll need your phone or computer.`}</p>
      <Group className="buttons">
        <Item focusKey={`${focusKey}-stay`} className="button" onPress={() => back()}>
          {t`Stay signed in`}
        </Item>
        <Item className="button" onPress={signOut}>
          {t`Sign out`}
        </Item>
      </Group>
    </div>
  );
}
