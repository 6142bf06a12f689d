// How the viewer likes to watch. The service keeps it for all their devices; this device keeps a copy, so that a film starts with
// it at once, and so that nothing is lost while the service is away.
import type { PreferenceEdits, Preferences } from '@/lib/models';

const KEY = 'marquee.preferences';
/** How long a change may be followed by another one before it is sent, in milliseconds: a slider makes many. */
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
  get: () => Promise<Preferences>;
  /** Throws when it did not arrive; `isRefused` says whether sending it again is of no use. */
  patch: (edits: PreferenceEdits) => Promise<Preferences>;
  isRefused: (error: unknown) => boolean;
}

interface Copy {
  account: string;
  preferences: Preferences;
  /** What the service does not know yet. */
  unsent: PreferenceEdits;
}

export class PreferenceStore {
  private copy: Copy = { account: '', preferences: DEFAULTS, unsent: {} };
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

  /** Takes what this device knows of an account, then what the service knows. */
  async open(account: string): Promise<void> {
    if (account !== this.copy.account) this.replace(this.stored(account) ?? { account, preferences: DEFAULTS, unsent: {} });
    try {
      const known = await this.remote.get();
      if (account !== this.copy.account) return;
      this.replace({ ...this.copy, preferences: { ...known, ...this.copy.unsent } });
      await this.send();
    } catch {
      // This device's copy will do.
    }
  }

  /** The viewer chose something. */
  set(edits: PreferenceEdits): void {
    const { preferences, unsent } = this.copy;
    const news = Object.entries(edits).filter(([name, value]) => preferences[name as keyof Preferences] !== value);
    if (news.length === 0) return;
    const changed = Object.fromEntries(news) as PreferenceEdits;
    this.replace({ ...this.copy, preferences: { ...preferences, ...changed }, unsent: { ...unsent, ...changed } });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), SENT_AFTER);
  }

  /** What is still to be sent, for a page that is being left; `null` when there is nothing. */
  takeUnsent(): PreferenceEdits | null {
    clearTimeout(this.timer);
    const { unsent } = this.copy;
    return Object.keys(unsent).length > 0 ? unsent : null;
  }

  private async send(): Promise<void> {
    const { account } = this.copy;
    const sent = this.takeUnsent();
    if (!sent) return;
    try {
      await this.remote.patch(sent);
    } catch (error) {
      // Else it is sent with the next change, or when the next film is opened.
      if (!this.remote.isRefused(error)) return;
    }
    if (account !== this.copy.account) return;
    const left = Object.entries(this.copy.unsent).filter(([name, value]) => sent[name as keyof PreferenceEdits] !== value);
    this.replace({ ...this.copy, unsent: Object.fromEntries(left) });
  }

  private replace(copy: Copy): void {
    this.copy = copy;
    try {
      this.storage?.setItem(KEY, JSON.stringify(copy));
    } catch {
      // Without storage the service's copy has to do.
    }
    for (const listener of this.listeners) listener();
  }

  private stored(account: string): Copy | null {
    try {
      const copy = JSON.parse(this.storage?.getItem(KEY) ?? 'null') as Partial<Copy> | null;
      if (copy?.account !== account) return null;
      return { account, preferences: { ...DEFAULTS, ...copy.preferences }, unsent: copy.unsent ?? {} };
    } catch {
      return null;
    }
  }
}

/** The one among some tracks that somebody who wants a language gets: `null` when there is none at all. */
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
