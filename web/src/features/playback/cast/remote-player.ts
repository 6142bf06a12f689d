/** What another player, which shows the film instead of this page, is doing. */
export interface RemoteState {
  /** Whether there is a device to play on. */
  isAvailable: boolean;
  /** The name of the device that plays; `null` if none does. */
  device: string | null;
  isPlaying: boolean;
  /** In seconds. */
  progress: number;
  duration: number | null;
  ended: 'finished' | 'failed' | null;
}

/** A player on another device. */
export interface RemotePlayer {
  readonly current: RemoteState;
  subscribe: (listener: () => void) => () => void;
  choose: () => Promise<void>;
  open: (film: import('./sender').CastFilm, at: number) => Promise<void>;
  toggle: () => void;
  seekBy: (seconds: number) => void;
  stop: () => void;
}
