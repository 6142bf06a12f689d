// Plays a film on a Chromecast, with Google's default receiver. Loaded only if the service allows the SDK.
import type { RemotePlayer, RemoteState } from './remote-player';
import { SDK_FOLDER } from './setting';

const SDK = `${SDK_FOLDER}v1/cast_sender.js?loadCastFramework=1`;
/** Google's own receiver, which plays HLS and needs no registration. `chrome.cast.media` has these values as constants. */
const DEFAULT_RECEIVER = 'CC1AD845';
const HLS = 'application/x-mpegURL';
/** A new page does not take over the session of an earlier one, which ends when its player is left. */
const AUTO_JOIN = 'page_scoped';

/** A film for the receiver, which loads everything from Mux itself. */
export interface CastFilm {
  title: string;
  url: string;
  picture: string | null;
  captions: { language: string; name: string; url: string }[];
  /** The language of the captions that are shown; `null` if they are off. */
  shown: string | null;
}

let loading: Promise<CastSender | null> | null = null;

/** The SDK of this page; `null` if the browser cannot cast. */
export function loadSender(): Promise<CastSender | null> {
  loading ??= load().catch(() => {
    loading = null;
    return null;
  });
  return loading;
}

async function load(): Promise<CastSender | null> {
  const isAvailable = await new Promise<boolean>((resolve, reject) => {
    window.__onGCastApiAvailable = resolve;
    const script = document.createElement('script');
    script.src = SDK;
    script.onerror = () => reject(new Error('The Cast SDK cannot be loaded.'));
    document.head.append(script);
  });
  return isAvailable ? new CastSender() : null;
}

class CastSender implements RemotePlayer {
  current: RemoteState = { isAvailable: false, device: null, isPlaying: false, progress: 0, duration: null, ended: null };
  private readonly context = cast.framework.CastContext.getInstance();
  private readonly player = new cast.framework.RemotePlayer();
  private readonly controller = new cast.framework.RemotePlayerController(this.player);
  private readonly listeners = new Set<() => void>();
  /** Whether the film's own state is known, so that the position of an earlier one is never reported. */
  private isOpen = false;

  constructor() {
    this.context.addEventListener('caststatechanged', this.look);
    this.controller.addEventListener('anyChanged', this.look);
    this.context.setOptions({ receiverApplicationId: DEFAULT_RECEIVER, autoJoinPolicy: AUTO_JOIN });
    this.look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Opens the browser's list of devices. */
  async choose(): Promise<void> {
    // It rejects when the viewer closes the list.
    await this.context.requestSession().catch(() => undefined);
  }

  /** Plays a film from a position. */
  async open(film: CastFilm, at: number): Promise<void> {
    const session = this.context.getCurrentSession();
    if (!session) return;
    this.isOpen = false;
    this.tell({ isPlaying: true, progress: at, duration: null, ended: null });
    try {
      await session.loadMedia(requestFor(film, at));
    } catch {
      this.tell({ isPlaying: false, ended: 'failed' });
      return;
    }
    this.isOpen = true;
    const media = session.getMediaSession();
    media?.addUpdateListener(() => {
      if (media.playerState !== 'IDLE' || session.getMediaSession() !== media) return;
      if (media.idleReason === 'FINISHED') this.tell({ isPlaying: false, ended: 'finished' });
      if (media.idleReason === 'ERROR') this.tell({ isPlaying: false, ended: 'failed' });
    });
    this.look();
  }

  toggle(): void {
    this.controller.playOrPause();
  }

  seekBy(seconds: number): void {
    this.player.currentTime = Math.max(0, this.current.progress + seconds);
    this.controller.seek();
  }

  /** Ends playback on the device. */
  stop(): void {
    if (this.current.device !== null) this.context.endCurrentSession(true);
  }

  private readonly look = () => {
    const { player } = this;
    const isConnected = this.context.getCastState() === 'CONNECTED';
    const device = isConnected ? (this.context.getCurrentSession()?.getCastDevice().friendlyName ?? '') : null;
    if (!isConnected) this.isOpen = false;
    // Without media the SDK reports the position 0.
    const isKnown = this.isOpen && player.isMediaLoaded && this.current.ended === null;
    this.tell({
      isAvailable: this.context.getCastState() !== 'NO_DEVICES_AVAILABLE',
      device,
      ...(isKnown && { isPlaying: !player.isPaused, progress: player.currentTime, duration: player.duration || null }),
    });
  };

  private tell(change: Partial<RemoteState>): void {
    const next = { ...this.current, ...change };
    const isSame = (Object.keys(next) as (keyof RemoteState)[]).every((key) => next[key] === this.current[key]);
    if (isSame) return;
    this.current = next;
    for (const listener of this.listeners) listener();
  }
}

function requestFor(film: CastFilm, at: number): chrome.cast.media.LoadRequest {
  const { media } = chrome.cast;
  const info = new media.MediaInfo(film.url, HLS);
  info.streamType = 'BUFFERED';
  info.metadata = new media.GenericMediaMetadata();
  info.metadata.title = film.title;
  info.metadata.images = film.picture === null ? [] : [new chrome.cast.Image(film.picture)];
  info.tracks = film.captions.map(({ language, name, url }, index) => {
    const track = new media.Track(index + 1, 'TEXT');
    return Object.assign(track, { trackContentId: url, trackContentType: 'text/vtt', subtype: 'SUBTITLES', name, language });
  });
  const request = new media.LoadRequest(info);
  request.currentTime = at;
  request.autoplay = true;
  const shown = film.captions.findIndex(({ language }) => language === film.shown);
  request.activeTrackIds = shown < 0 ? [] : [shown + 1];
  return request;
}
