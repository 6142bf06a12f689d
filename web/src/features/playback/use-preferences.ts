import { useEffect, useSyncExternalStore } from 'react';
import { api, data, sendInParting } from '@/lib/api';
import { hasCode } from '@/lib/errors/api-error';
import type { Preferences } from '@/lib/models';
import { viewerId } from '@/lib/session';
import type { Film } from './film';
import { PreferenceStore, inLanguage } from './preferences';
import { QUALITY_REQUEST } from './quality';
import type { AudioTrack, Stream } from './stream';

const preferences = new PreferenceStore(
  {
    viewer: viewerId,
    get: () => data(api.GET('/api/preferences')),
    patch: (body) => data(api.PATCH('/api/preferences', { body })),
    isRefused: (error) => hasCode(error, 'VALIDATION_ERROR'),
  },
  deviceStorage(),
);

/** The events of the player's controls when the viewer chooses something. */
const CHOICES = {
  mediashowsubtitlesrequest: captionsOf,
  mediadisablesubtitlesrequest: captionsOf,
  mediatogglesubtitlesrequest: captionsOf,
  mediaplaybackraterequest: ({ playbackRate }: Element) => ({ speed: playbackRate }),
  mediavolumerequest: ({ volume }: Element) => ({ volume: Math.round(volume * 100) / 100 }),
  mediaaudiotrackrequest: ({ audioTracks }: Element) => {
    const language = [...(audioTracks ?? [])].find(({ enabled }) => enabled)?.language;
    return language ? { audio_language: language } : {};
  },
} as const;

type Element = HTMLVideoElement & { audioTracks?: Iterable<AudioTrack> & EventTarget };

/** Applies the viewer's preferences to every film, and stores their choices. */
export function usePreferences(stream: Stream | null, controller: React.RefObject<HTMLElement | null>, film: Film): Preferences {
  const current = useSyncExternalStore(preferences.subscribe, () => preferences.current);

  useEffect(() => {
    void preferences.open();
  }, [film]);

  useEffect(() => {
    const target = controller.current;
    if (!stream || !target) return;
    const element = stream.element as unknown as Element;
    const left = new AbortController();
    const { signal } = left;
    for (const [request, chosen] of Object.entries(CHOICES)) {
      // The controls' own listeners run first. Their effect is visible a moment later.
      target.addEventListener(request, () => setTimeout(() => preferences.set(chosen(element))), { signal });
    }
    target.addEventListener(QUALITY_REQUEST, (event) => stream.quality.choose((event as CustomEvent).detail), { signal });
    const applyAll = () => {
      stream.speak(preferences.current.audio_language);
      apply(element, preferences.current);
    };
    element.addEventListener('loadedmetadata', applyAll, { signal });
    element.textTracks.addEventListener('addtrack', applyAll, { signal });
    element.audioTracks?.addEventListener('addtrack', applyAll, { signal });
    window.addEventListener(
      'pagehide',
      () => {
        const unsent = preferences.takeUnsent();
        if (unsent) void sendInParting('PATCH', '/api/preferences', unsent);
      },
      { signal },
    );
    const unsubscribe = preferences.subscribe(applyAll);
    applyAll();
    return () => {
      left.abort();
      unsubscribe();
    };
  }, [stream, controller]);
  return current;
}

function apply(element: Element, { speed, volume, captions, caption_language, audio_language }: Preferences): void {
  // A new source resets the speed.
  element.defaultPlaybackRate = speed;
  if (element.playbackRate !== speed) element.playbackRate = speed;
  if (Math.abs(element.volume - volume) > 0.005) element.volume = volume;
  const tracks = captionTracks(element);
  const wanted = captions ? inLanguage(tracks, caption_language, navigator.languages) : null;
  for (const track of tracks) {
    if (track === wanted && track.mode !== 'showing') track.mode = 'showing';
    if (track !== wanted && track.mode === 'showing') track.mode = 'disabled';
  }
  hear(element, audio_language);
}

/** Plays the sound in a language, if the film has it. */
function hear({ audioTracks }: Element, language: string | null): void {
  const tracks = [...(audioTracks ?? [])];
  const wanted = language === null ? null : inLanguage(tracks, language);
  if (!wanted || wanted.language.split('-')[0] !== language?.split('-')[0]) return;
  // Enabling one track does not disable the others, and the first enabled one is heard.
  for (const track of tracks) track.enabled = track === wanted;
}

function captionTracks({ textTracks }: Element): TextTrack[] {
  return [...textTracks].filter(({ kind }) => kind === 'captions' || kind === 'subtitles');
}

function captionsOf(element: Element) {
  const shown = captionTracks(element).find(({ mode }) => mode === 'showing');
  return shown ? { captions: true, ...(shown.language && { caption_language: shown.language }) } : { captions: false };
}

function deviceStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
