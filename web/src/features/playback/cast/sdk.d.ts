// The parts of Google's Cast SDK for senders that this app uses: https://developers.google.com/cast/docs/reference/web_sender
declare namespace cast.framework {
  class CastContext {
    static getInstance(): CastContext;
    setOptions(options: { receiverApplicationId: string; autoJoinPolicy: string }): void;
    getCastState(): 'NO_DEVICES_AVAILABLE' | 'NOT_CONNECTED' | 'CONNECTING' | 'CONNECTED';
    getCurrentSession(): CastSession | null;
    /** Rejects with a code such as `cancel`. */
    requestSession(): Promise<unknown>;
    endCurrentSession(stopCasting: boolean): void;
    addEventListener(type: string, listener: () => void): void;
  }
  interface CastSession {
    getCastDevice(): { friendlyName: string };
    loadMedia(request: chrome.cast.media.LoadRequest): Promise<unknown>;
    getMediaSession(): chrome.cast.media.Media | null;
  }
  class RemotePlayer {
    isConnected: boolean;
    isMediaLoaded: boolean;
    isPaused: boolean;
    currentTime: number;
    duration: number;
  }
  class RemotePlayerController {
    constructor(player: RemotePlayer);
    addEventListener(type: string, listener: () => void): void;
    playOrPause(): void;
    seek(): void;
  }
}

declare namespace chrome.cast {
  class Image {
    constructor(url: string);
    url: string;
  }
}

declare namespace chrome.cast.media {
  class MediaInfo {
    constructor(contentId: string, contentType: string);
    streamType: string;
    metadata: GenericMediaMetadata;
    tracks: Track[];
  }
  class GenericMediaMetadata {
    title: string;
    images: chrome.cast.Image[];
  }
  class Track {
    constructor(trackId: number, trackType: string);
    trackContentId: string;
    trackContentType: string;
    subtype: string;
    name: string;
    language: string;
  }
  class LoadRequest {
    constructor(media: MediaInfo);
    currentTime: number;
    autoplay: boolean;
    activeTrackIds: number[];
  }
  interface Media {
    playerState: string;
    idleReason: string | null;
    addUpdateListener(listener: (isAlive: boolean) => void): void;
  }
}

interface Window {
  __onGCastApiAvailable?: (isAvailable: boolean) => void;
}
