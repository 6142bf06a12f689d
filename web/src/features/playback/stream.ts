// One interface to the film for the rest of the player, whether hls.js plays it or the browser natively, as Safari on a phone does.
import { Hls } from 'hls-video-element';
import type HlsVideoElement from 'hls-video-element';
import type { Failure } from './engine';
import { HLS_CONFIG, isAboutCaptions, isRefusal } from './hls-config';
import { TIMEOUT_COSTS, TRIES_MAX } from './retry-policy';
import type { Position } from './progress';
import type { RemotePlayer } from './cast/remote-player';
import { Quality } from './quality';
import { expectedRate, keepRate } from './rate';

const NATIVE_TYPE = 'application/vnd.apple.mpegurl';
/** The longest time to load a stream, in milliseconds: for the browser itself, and for hls.js with all its retries. */
const NATIVE_LOAD_MAX = 15_000;
const LOAD_MAX = 60_000;
/** How far from the start position a film may begin, in seconds. */
const PLACE_TOLERANCE = 1;
/** How much must be buffered ahead to keep playing, in seconds. */
const AHEAD_MIN = 1;

export interface StreamListener {
  /** The manifest is loaded, and playback can begin. */
  onLoaded: () => void;
  onFailed: (failure: Failure) => void;
  onCaptions: (areLost: boolean) => void;
  /** The device that plays instead of the element was paused, continued or moved, or its film has ended. */
  onElsewhere: (hasEnded: boolean) => void;
}

/** The relevant fields of an hls.js error. */
interface HlsFailure {
  type: string;
  details: string;
  fatal: boolean;
  response?: { code?: number };
  frag?: { type: string } | null;
  context?: { type?: string } | null;
}

export interface AudioTrack {
  language: string;
  enabled: boolean;
}

export class Stream {
  private listener: StreamListener | null = null;
  /** The start position, in seconds, until playback is there. */
  private goal = 0;
  private isPlaced = false;
  private isLoading = false;
  private last: Position | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stopListening = new AbortController();

  readonly quality: Quality;
  private language: string | null = null;
  /** The player on another device that shows the film instead of the element. */
  private elsewhere: RemotePlayer | null = null;

  constructor(readonly element: HlsVideoElement) {
    this.quality = new Quality(element);
    const on = (type: string, listener: () => void) => element.addEventListener(type, listener, { signal: this.stopListening.signal });
    on('loadedmetadata', this.place);
    on('canplay', this.place);
    on('seeked', this.settleHere);
    on('timeupdate', this.settle);
    on('error', this.fail);
  }

  listen(listener: StreamListener | null): void {
    this.listener = listener;
  }

  /** Sets the language in which the next film starts, if it has it; `null` for its own. */
  speak(language: string | null): void {
    this.language = language;
  }

  /** Lets a player on another device show the film; `null` brings it back, to the position that it had there. */
  playElsewhere(player: RemotePlayer | null): void {
    if (!player) {
      this.last = this.position;
      this.goal = this.last?.progress ?? this.goal;
      this.isPlaced = false;
    }
    this.elsewhere = player;
  }

  changedElsewhere(hasEnded: boolean): void {
    this.listener?.onElsewhere(hasEnded);
  }

  get isElsewhere(): boolean {
    return this.elsewhere !== null;
  }

  /** Whether the film plays, here or elsewhere. */
  get isPlaying(): boolean {
    return this.elsewhere ? this.elsewhere.current.isPlaying : !this.element.paused;
  }

  /** Opens a film. Its position is unknown until playback is at its start position. */
  begin(at: number): void {
    this.goal = at;
    this.isPlaced = false;
    this.last = null;
  }

  /** Loads a stream from the start and resumes at the last position. */
  async load(url: string): Promise<void> {
    const { element } = this;
    this.rememberPosition();
    this.isLoading = true;
    element.config = {
      ...HLS_CONFIG,
      abrEwmaDefaultEstimate: expectedRate(),
      startPosition: this.goal,
      ...(this.language !== null && { audioPreference: { lang: this.language } }),
    };
    if (element.src === url) void (element as unknown as { load: () => Promise<void> }).load();
    else element.src = url;
    // The element creates its hls.js a moment after it is given a URL.
    await Promise.resolve();
    const hls = element.api;
    if (hls) this.listenTo(hls);
    else if (!element.canPlayType(NATIVE_TYPE)) {
      this.report('unsupported');
      return;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.report('master', TIMEOUT_COSTS), hls ? LOAD_MAX : NATIVE_LOAD_MAX);
  }

  /** Resumes loading where it stopped. */
  restart(): void {
    this.element.api?.startLoad();
  }

  repair(): void {
    this.rememberPosition();
    this.element.api?.recoverMediaError();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.element.pause();
    this.element.api?.stopLoad();
  }

  /** Requests failed captions again by turning them off and on. */
  retryCaptions(): void {
    const { textTracks } = this.element;
    const shown = [...textTracks].find(({ kind, mode }) => kind !== 'metadata' && mode === 'showing');
    if (!shown) return;
    // Wait for the event that tells hls.js that they are off.
    textTracks.addEventListener('change', () => setTimeout(() => (shown.mode = 'showing')), { once: true });
    shown.mode = 'disabled';
  }

  close(): void {
    this.last = this.position;
    this.listener = null;
    clearTimeout(this.timer);
    this.stopListening.abort();
    this.element.api?.destroy();
  }

  /** The current position; `null` until playback is at its start position. */
  get position(): Position | null {
    if (this.elsewhere) {
      const { progress, duration } = this.elsewhere.current;
      return { progress, duration };
    }
    const { currentTime, duration, readyState } = this.element;
    if (this.stopListening.signal.aborted || readyState === 0 || !this.isPlaced || !Number.isFinite(currentTime)) return this.last;
    return { progress: currentTime, duration: Number.isFinite(duration) && duration > 0 ? duration : null };
  }

  /** The audio tracks; `null` if the browser does not expose them. */
  get audioTracks(): (EventTarget & Iterable<AudioTrack>) | null {
    return (this.element as { audioTracks?: EventTarget & Iterable<AudioTrack> }).audioTracks ?? null;
  }

  /** Whether enough is buffered to keep playing. */
  get playsOn(): boolean {
    const { buffered, currentTime, readyState } = this.element;
    if (readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return false;
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.start(index) <= currentTime && buffered.end(index) >= currentTime + AHEAD_MIN) return true;
    }
    return false;
  }

  /** Remembers the position, which the element is about to lose. */
  private rememberPosition(): void {
    this.last = this.position;
    if (this.isPlaced) this.goal = this.element.currentTime;
    this.isPlaced = false;
  }

  private listenTo(hls: NonNullable<HlsVideoElement['api']>): void {
    this.quality.listenTo(hls);
    hls.once(Hls.Events.MANIFEST_PARSED, () => this.loaded());
    hls.on(Hls.Events.ERROR, (_, data) => this.hear(data));
    hls.on(Hls.Events.FRAG_BUFFERED, () => keepRate(hls.bandwidthEstimate));
    hls.on(Hls.Events.SUBTITLE_FRAG_PROCESSED, (_, { success }) => success && this.listener?.onCaptions(false));
    hls.on(Hls.Events.SUBTITLE_TRACK_SWITCH, () => this.listener?.onCaptions(false));
  }

  private loaded(): void {
    clearTimeout(this.timer);
    if (this.isLoading) this.listener?.onLoaded();
    this.isLoading = false;
  }

  private hear(data: HlsFailure): void {
    const { type, details, fatal, response } = data;
    if (isAboutCaptions(data)) this.listener?.onCaptions(true);
    // Reported at once, even if hls.js would retry.
    else if (isRefusal(response?.code)) this.report('refused');
    else if (!fatal) return;
    else if (details === 'manifestIncompatibleCodecsError') this.report('unsupported');
    else if (type !== 'networkError') this.report('media');
    // hls.js has already retried for half a minute.
    else this.report(details.startsWith('manifest') ? 'master' : 'network', isUnanswered(data) ? TRIES_MAX + 1 : 1);
  }

  private report(kind: Failure['kind'], cost = 1): void {
    clearTimeout(this.timer);
    this.listener?.onFailed({ kind, cost, plays_on: this.playsOn });
  }

  /** The element's own errors, which are the only ones when the browser plays the stream natively. */
  private readonly fail = () => {
    const { api, error } = this.element;
    if (error && error.code !== MediaError.MEDIA_ERR_ABORTED) this.report(api ? 'media' : 'master');
  };

  /** hls.js begins at the start position. With native playback it has to be set here. */
  private readonly place = () => {
    const { element } = this;
    if (!element.api) {
      if (!this.isPlaced && Math.abs(element.currentTime - this.goal) > PLACE_TOLERANCE) element.currentTime = this.goal;
      this.loaded();
    }
    this.settle();
  };

  private readonly settle = () => {
    const { currentTime, readyState, seeking } = this.element;
    if (this.isPlaced || readyState === 0 || seeking) return;
    this.isPlaced = currentTime >= this.goal - PLACE_TOLERANCE;
  };

  /** After any seek, by the viewer or to the start position. */
  private readonly settleHere = () => {
    if (this.element.readyState > 0) this.isPlaced = true;
  };
}

function isUnanswered({ response, details }: HlsFailure): boolean {
  const status = response?.code ?? 0;
  return details.endsWith('TimeOut') || status === 0 || status === 408 || status === 429 || status >= 500;
}
