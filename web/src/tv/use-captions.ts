import type HlsVideoElement from 'hls-video-element';
import { useEffect, useState } from 'react';

interface Caption {
  language: string;
  label: string;
  isShown: boolean;
}

const tracksOf = (media: HlsVideoElement): TextTrack[] =>
  [...media.textTracks].filter(({ kind }) => kind === 'captions' || kind === 'subtitles');

/** The caption languages of a film. */
export function useCaptions(element: React.RefObject<HlsVideoElement | null>): Caption[] {
  const [captions, setCaptions] = useState<Caption[]>([]);
  useEffect(() => {
    const media = element.current;
    if (!media) return;
    const { textTracks } = media;
    const update = () =>
      setCaptions(
        tracksOf(media).map(({ language, label, mode }) => ({ language, label: label || language, isShown: mode === 'showing' })),
      );
    for (const type of ['addtrack', 'removetrack', 'change']) textTracks.addEventListener(type, update);
    update();
    return () => {
      for (const type of ['addtrack', 'removetrack', 'change']) textTracks.removeEventListener(type, update);
    };
  }, [element]);
  return captions;
}

/** Shows the captions in a language, or none. The choice is stored for all of the viewer's devices. */
export function showCaptions(media: HlsVideoElement | null, language: string | null): void {
  if (!media) return;
  for (const track of tracksOf(media)) track.mode = track.language === language ? 'showing' : 'disabled';
  // As the web player's own menu does, for `use-preferences.ts`.
  media.dispatchEvent(new CustomEvent('mediashowsubtitlesrequest', { bubbles: true }));
}
