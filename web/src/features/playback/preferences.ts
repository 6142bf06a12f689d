// The viewer's playback preferences. The service stores them for all devices. This device keeps a copy, so that a film can start
// with them at once, and so that no change is lost while the service is down.
import type { PreferenceEdits, Preferences } from '@/lib/models';

const KEY = 'marquee.preferences';
/** The delay before a change is sent, in milliseconds, because a slider makes many changes. */
const SENT_AFTER = 1000;

const DEFAULTS: Preferences = {
  captions: false,
  caption_language: null,
  audio_language: null,
  speed: 1,
  volume: 1,
  autoplay: true,
  interface_language: null,
};

export interface Remote {
  /** The viewer for whom the service is asked now. */
  viewer: () => string | null;
  get: () => Promise<Preferences>;
  /** Throws if the change was not stored. `isRefused` says whether a retry is useless. */
  patch: (edits: PreferenceEdits) => Promise<Preferences>;
  isRefused: (error: unknown) => boolean;
}

interface Copy {
  viewer: string;
  preferences: Preferences;
  /** Changes that the service does not have yet. */
  unsent: PreferenceEdits;
}

export class PreferenceStore {
  private copy: Copy = { viewer: '', preferences: DEFAULTS, unsent: {} };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly remote: Remote,
    private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | null,
  ) {}

  get current(): Preferences {
    return this.copy.preferences;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Loads this device's copy for the current viewer, then the service's. */
  async open(): Promise<void> {
    const viewer = this.remote.viewer() ?? '';
    if (viewer !== this.copy.viewer) this.replace(this.stored(viewer) ?? { viewer, preferences: DEFAULTS, unsent: {} });
    try {
      const known = await this.remote.get();
      if (viewer !== this.copy.viewer) return;
      this.replace({ ...this.copy, preferences: { ...known, ...this.copy.unsent } });
      await this.send();
    } catch {
      // Keep this device's copy.
    }
  }

  /** Stores the viewer's choices. */
  set(edits: PreferenceEdits): void {
    const { preferences, unsent } = this.copy;
    const news = Object.entries(edits).filter(([name, value]) => preferences[name as keyof Preferences] !== value);
    if (news.length === 0) return;
    const changed = Object.fromEntries(news) as PreferenceEdits;
    this.replace({ ...this.copy, preferences: { ...preferences, ...changed }, unsent: { ...unsent, ...changed } });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), SENT_AFTER);
  }

  /** The changes that are still unsent, for a page that is being left; `null` if there are none. */
  takeUnsent(): PreferenceEdits | null {
    clearTimeout(this.timer);
    const { unsent, viewer } = this.copy;
    // Another viewer may have taken over.
    return Object.keys(unsent).length > 0 && viewer === this.remote.viewer() ? unsent : null;
  }

  private async send(): Promise<void> {
    const { viewer } = this.copy;
    const sent = this.takeUnsent();
    if (!sent) return;
    try {
      await this.remote.patch(sent);
    } catch (error) {
      // A transient failure is retried with the next change, or when the next film is opened.
      if (!this.remote.isRefused(error)) return;
    }
    if (viewer !== this.copy.viewer) return;
    const left = Object.entries(this.copy.unsent).filter(([name, value]) => sent[name as keyof PreferenceEdits] !== value);
    this.replace({ ...this.copy, unsent: Object.fromEntries(left) });
  }

  private replace(copy: Copy): void {
    this.copy = copy;
    try {
      this.storage?.setItem(KEY, JSON.stringify(copy));
    } catch {
      // Without storage only the service has a copy.
    }
    for (const listener of this.listeners) listener();
  }

  private stored(viewer: string): Copy | null {
    try {
      const copy = JSON.parse(this.storage?.getItem(KEY) ?? 'null') as Partial<Copy> | null;
      if (copy?.viewer !== viewer) return null;
      return { viewer, preferences: { ...DEFAULTS, ...copy.preferences }, unsent: copy.unsent ?? {} };
    } catch {
      return null;
    }
  }
}

/** The best track for a language; `null` if there are no tracks. */
export function inLanguage<T extends { language: string }>(tracks: T[], wanted: string | null, others: readonly string[] = []): T | null {
  const primary = (tag: string) => tag.toLowerCase().split('-')[0];
  for (const language of wanted === null ? others : [wanted, ...others]) {
    const found =
      tracks.find((track) => track.language.toLowerCase() === language.toLowerCase()) ??
      tracks.find((track) => primary(track.language) === primary(language));
    if (found) return found;
  }
  return tracks[0] ?? null;
}
