import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PreferenceEdits, Preferences } from '@/lib/models';
import { PreferenceStore, inLanguage } from './preferences';

const DEFAULTS: Preferences = {
  captions: false,
  caption_language: null,
  audio_language: null,
  speed: 1,
  volume: 1,
  autoplay: true,
  interface_language: null,
};

/** A service with preferences, which can be down, and a device's storage. */
function service() {
  const at = {
    viewer: 'ada',
    known: DEFAULTS,
    isAway: false,
    refuses: false,
    stored: new Map<string, string>(),
    patches: [] as PreferenceEdits[],
  };
  const answer = <T>(value: () => T) => (at.isAway || at.refuses ? Promise.reject(new Error('no')) : Promise.resolve(value()));
  const remote = {
    viewer: () => at.viewer,
    get: () => answer(() => at.known),
    patch: (edits: PreferenceEdits) => {
      at.patches.push(edits);
      return answer(() => (at.known = { ...at.known, ...edits }));
    },
    isRefused: () => at.refuses,
  };
  const storage = {
    getItem: (key: string) => at.stored.get(key) ?? null,
    setItem: (key: string, value: string) => void at.stored.set(key, value),
  };
  return { at, device: () => new PreferenceStore(remote, storage), other: () => new PreferenceStore(remote, null) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const later = () => vi.advanceTimersByTimeAsync(1100);

describe('PreferenceStore', () => {
  it('keeps a choice for the next film and on every device', async () => {
    const { at, device, other } = service();
    const one = device();
    await one.open();
    one.set({ speed: 1.5 });
    one.set({ captions: true, caption_language: 'de' });
    expect(one.current).toMatchObject({ speed: 1.5, captions: true });
    await later();
    expect(at.patches, 'sent once').toEqual([{ speed: 1.5, captions: true, caption_language: 'de' }]);
    const tablet = other();
    await tablet.open();
    expect(tablet.current).toMatchObject({ speed: 1.5, captions: true, caption_language: 'de' });
  });

  it('starts with the device’s copy before the service responds', () => {
    const { device } = service();
    const before = device();
    void before.open();
    before.set({ volume: 0.3 });
    const after = device();
    void after.open();
    expect(after.current.volume).toBe(0.3);
  });

  it('keeps changes made while the service is down, and does not overwrite them with older values', async () => {
    const { at, device } = service();
    at.isAway = true;
    const before = device();
    await before.open();
    before.set({ speed: 2 });
    await later();
    expect(before.current.speed).toBe(2);
    at.isAway = false;
    const after = device();
    await after.open();
    expect(after.current.speed).toBe(2);
    expect(at.known.speed).toBe(2);
  });

  it('keeps a change that was made while an older one was being sent', async () => {
    const { at, device } = service();
    const one = device();
    await one.open();
    one.set({ speed: 1.25 });
    const sending = vi.advanceTimersByTimeAsync(1000);
    one.set({ speed: 2 });
    await sending;
    await later();
    expect(at.known.speed).toBe(2);
  });

  it('does not share preferences between viewers', async () => {
    const { device, at } = service();
    const one = device();
    await one.open();
    one.set({ speed: 2 });
    at.isAway = true;
    at.viewer = 'bob';
    await one.open();
    expect(one.current).toEqual(DEFAULTS);
    at.viewer = 'carol';
    const again = device();
    await again.open();
    expect(again.current).toEqual(DEFAULTS);
  });

  it('sends no change for the viewer who has taken over', async () => {
    const { device, at } = service();
    const one = device();
    await one.open();
    one.set({ speed: 2 });
    at.viewer = 'bob';
    await later();
    expect(one.takeUnsent()).toBeNull();
    expect(at.patches).toEqual([]);
    at.viewer = 'ada';
    await device().open();
    expect(at.patches).toEqual([{ speed: 2 }]);
  });

  it('does not resend a refused change', async () => {
    const { device, at } = service();
    const one = device();
    await one.open();
    at.refuses = true;
    one.set({ caption_language: 'nonsense' });
    await later();
    expect(one.takeUnsent()).toBeNull();
  });
});

describe('inLanguage', () => {
  const tracks = [{ language: 'en' }, { language: 'de' }, { language: 'pt-BR' }];
  it('prefers the language, then one like it, then one that the viewer reads, then the first', () => {
    expect(inLanguage(tracks, 'de')).toBe(tracks[1]);
    expect(inLanguage(tracks, 'pt-PT')).toBe(tracks[2]);
    expect(inLanguage(tracks, 'fr', ['de-AT'])).toBe(tracks[1]);
    expect(inLanguage(tracks, null, ['ja'])).toBe(tracks[0]);
    expect(inLanguage([], 'en')).toBeNull();
  });
});
