import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useEffect, useState } from 'react';
import { BRAND } from '@/lib/brand';
import { startSessionOf } from '@/lib/select-profile';
import { Group, Item } from './focus';
import { Waiting } from './messages';
import { pairHere } from './pair';
import type { Codes, Pairing } from './pair';
import { QrCode } from './qr-code';

/** Shows the code until somebody approves it. */
export function PairingScreen() {
  const [pairing, setPairing] = useState<Pairing>({ name: 'starting', isOffline: false });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const given = new AbortController();
    pairHere(given.signal, setPairing).then(
      (signedIn) => signedIn && startSessionOf(signedIn.token),
      // It was given up.
      () => undefined,
    );
    return () => given.abort();
  }, [round]);
  const hasCode = pairing.name === 'waiting';
  useEffect(() => {
    void setFocus('pairing');
  }, [pairing.name]);
  return (
    <div className="screen">
      <Group focusKey="pairing" className="stage pairing" isClosed>
        {pairing.name === 'starting' && <Waiting label={pairing.isOffline ? t`No connection. Trying again…` : t`Getting a code`} />}
        {hasCode && <Code codes={pairing.codes} isOffline={pairing.isOffline} onNew={() => setRound(round + 1)} />}
        {(pairing.name === 'refused' || pairing.name === 'idle') && (
          <div className="message" role="status">
            <h1>{pairing.name === 'refused' ? t`Sign-in was refused` : t`The code has expired`}</h1>
            <Item focusKey="pairing-new" className="button" onPress={() => setRound(round + 1)}>
              {t`Get a new code`}
            </Item>
          </div>
        )}
      </Group>
    </div>
  );
}

function Code({ codes, isOffline, onNew }: { codes: Codes; isOffline: boolean; onNew: () => void }) {
  const { user_code, verification_uri, verification_uri_complete } = codes;
  const address = verification_uri.replace(/^https?:\/\//, '');
  return (
    <>
      <div className="pairing-text">
        <p className="brand">{BRAND}</p>
        <h1>{t`Sign in on your phone or computer`}</h1>
        <ol>
          <li>
            <Trans>
              Scan the QR code, or open <strong>{address}</strong>
            </Trans>
          </li>
          <li>{t`Enter this code:`}</li>
        </ol>
        <p className="code" aria-label={user_code.split('').join(' ')}>
          {user_code.slice(0, 4)}-{user_code.slice(4)}
        </p>
        <p role="status">
          {isOffline
            ? t`No connection. The code is still valid: trying again…`
            : t`This screen continues by itself once you have approved.`}
        </p>
        <Item focusKey="pairing-new" className="button" onPress={onNew}>
          {t`Get a new code`}
        </Item>
      </div>
      <QrCode text={verification_uri_complete} label={t`QR code that opens ${address}`} />
    </>
  );
}
