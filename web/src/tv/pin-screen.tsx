import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Avatar } from '@/components/avatar';
import { PIN_LENGTH, isWholePin, pinOf, pinRefusal } from '@/features/profiles/pin';
import { selectProfile } from '@/lib/select-profile';
import type { Profile } from '@/lib/models';
import { useProfiles } from '@/lib/queries/use-profiles';
import type { ScreenProps } from './app';
import { Group, Item, useOnce } from './focus';
import { Failure, Waiting } from './messages';
import { closeScreens } from './screens';

const PAD = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** Asks for the PIN of a profile: with the digits of the remote control, or of a pad on the screen. */
export function PinScreen({ focusKey, isVisible, id }: ScreenProps & { id: string }) {
  const { data, error, refetch } = useProfiles();
  const profile = data?.find((one) => one.id === id);
  if (profile) return <Pad profile={profile} focusKey={focusKey} isVisible={isVisible} />;
  return error ? <Failure error={error} focusKey={focusKey} onRetry={() => void refetch()} /> : <Waiting label={t`Loading`} />;
}

function Pad({ profile, focusKey, isVisible }: ScreenProps & { profile: Profile }) {
  const { pin, refusal, type, erase } = usePin(profile);
  const { name, avatar } = profile;
  const typed = pin.length;
  useOnce(isVisible, () => void setFocus(`${focusKey}-pad`));
  useDigitKeys(isVisible, type);
  return (
    <div className="message">
      <span className="profile-picture small">
        <Avatar name={avatar} />
      </span>
      <h1>{t`PIN for ${name}`}</h1>
      <p className="dots" role="status" aria-label={t`${typed} of ${PIN_LENGTH} digits`}>
        {Array.from({ length: PIN_LENGTH }, (_, place) => (
          <i key={place} className={place < typed ? 'is-typed' : undefined} />
        ))}
      </p>
      <p role="alert" className="refusal">
        {refusal}
      </p>
      <Group focusKey={`${focusKey}-pad`} className="pad" label={t`Digits`} first={`${focusKey}-5`}>
        {PAD.map((digit) => (
          <Item key={digit} focusKey={`${focusKey}-${digit}`} className="key" onPress={() => type(digit)}>
            {digit}
          </Item>
        ))}
        <Item focusKey={`${focusKey}-erase`} className="key wide" onPress={erase}>
          {t`Delete`}
        </Item>
        <Item focusKey={`${focusKey}-0`} className="key" onPress={() => type('0')}>
          0
        </Item>
      </Group>
    </div>
  );
}

/** The digits typed so far. The last digit submits the PIN; after a wrong PIN, the viewer starts again. */
function usePin(profile: Profile) {
  const [pin, setPin] = useState('');
  const [refusal, setRefusal] = useState('');
  // The state above would be a render too late for digits that are pressed quickly.
  const typed = useRef('');
  const change = useCallback((next: string) => {
    typed.current = next;
    setPin(next);
  }, []);
  const type = useCallback(
    (digit: string) => {
      if (isWholePin(typed.current)) return;
      setRefusal('');
      change(pinOf(typed.current + digit));
      if (!isWholePin(typed.current)) return;
      selectProfile(profile, typed.current).then(closeScreens, (error: unknown) => {
        setRefusal(pinRefusal(error));
        change('');
      });
    },
    [change, profile],
  );
  const erase = () => {
    if (!isWholePin(typed.current)) change(typed.current.slice(0, -1));
  };
  return { pin, refusal, type, erase };
}

function useDigitKeys(isVisible: boolean, type: (digit: string) => void): void {
  useEffect(() => {
    if (!isVisible) return;
    const onKey = ({ key, repeat }: KeyboardEvent) => !repeat && /^\d$/.test(key) && type(key);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isVisible, type]);
}
