/* eslint-disable @typescript-eslint/no-deprecated -- some keys of televisions have only a code */
// The keys of remote controls. Their names and codes differ between televisions.
import { setKeyMap } from '@noriginmedia/norigin-spatial-navigation-core';

/** Escape and Backspace on keyboards, 461 on webOS, 10009 on Tizen. */
const BACK = ['Escape', 'Backspace', 'GoBack', 'BrowserBack', 'XF86Back'];
const BACK_CODES = [461, 10009];

export type MediaKey = 'toggle' | 'play' | 'pause' | 'forward' | 'rewind';

const MEDIA: Record<string, MediaKey> = {
  MediaPlayPause: 'toggle',
  MediaPlay: 'play',
  MediaPause: 'pause',
  MediaStop: 'pause',
  MediaFastForward: 'forward',
  MediaRewind: 'rewind',
};
const MEDIA_CODES: Record<number, MediaKey> = { 10252: 'toggle', 415: 'play', 19: 'pause', 413: 'pause', 417: 'forward', 412: 'rewind' };

export function isBack({ key, keyCode }: KeyboardEvent): boolean {
  return BACK.includes(key) || BACK_CODES.includes(keyCode);
}

export function mediaKey({ key, keyCode }: KeyboardEvent): MediaKey | null {
  return MEDIA[key] ?? MEDIA_CODES[keyCode] ?? null;
}

/** They type a PIN. */
const DIGITS = Array.from('0123456789');

/** What televisions offer to apps beside the web's own functions. */
interface Television extends Window {
  tizen?: {
    tvinputdevice?: { registerKey: (key: string) => void };
    application?: { getCurrentApplication: () => { exit: () => void } };
  };
  webOS?: { platformBack?: () => void };
}

/** Starts listening to the remote control. */
export function listenToRemote(): void {
  setKeyMap({ left: [37], up: [38], right: [39], down: [40], enter: [13, 23, 32, 29443, 65376] });
  const { tizen } = window as Television;
  // Tizen sends these keys only to apps that ask for them.
  for (const key of [...Object.keys(MEDIA), ...DIGITS]) {
    try {
      tizen?.tvinputdevice?.registerKey(key);
    } catch {
      // This remote control does not have it.
    }
  }
}

/** Leaves the app, where the television allows it. */
export function leaveApp(): void {
  const { tizen, webOS } = window as Television;
  if (tizen?.application) tizen.application.getCurrentApplication().exit();
  else if (webOS?.platformBack) webOS.platformBack();
  else window.close();
}
