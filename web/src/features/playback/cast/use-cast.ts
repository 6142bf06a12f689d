import { t } from '@lingui/core/macro';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { notify } from '@/lib/notify';
import type { Film } from '../film';
import type { Playing } from '../use-engine';
import type { Stream } from '../stream';
import type { RemotePlayer, RemoteState } from './remote-player';
import type { CastFilm } from './sender';
import { isCastAdmitted } from './setting';

const NOTHING = { subscribe: () => () => undefined, current: null };

/**
 * Plays the film on a Chromecast when the viewer chooses one. This page then shows no picture, but still reports the position and
 * keeps the stream. `null` if the browser, the service or the network has none.
 */
export function useCast(
  stream: Stream | null,
  film: Film | null,
  { stopReason }: Playing,
  isWanted: boolean,
): { player: RemotePlayer; state: RemoteState } | null {
  const [player, setPlayer] = useState<RemotePlayer | null>(null);
  const source = player ?? NOTHING;
  const state = useSyncExternalStore(source.subscribe, () => source.current);
  const isConnected = state !== null && state.device !== null;

  useEffect(() => {
    if (!isWanted) return;
    let isLeft = false;
    void load().then((loaded) => !isLeft && setPlayer(loaded));
    return () => {
      isLeft = true;
    };
  }, [isWanted]);

  // For example, because another device took over the stream.
  const isStopped = stopReason !== null;
  const isCasting = isConnected && !isStopped;
  // A renewed grant does not interrupt the device, which keeps using its own.
  useEffect(
    () => (stream && film && player && isCasting ? playElsewhere(stream, film, player) : undefined),
    [stream, film, player, isCasting],
  );

  const hasFailed = state?.ended === 'failed';
  useEffect(() => {
    if (hasFailed) notify(t`The television couldn’t play the video.`, 'failed');
    if (hasFailed || isStopped) player?.stop();
  }, [hasFailed, isStopped, player]);

  // When the viewer leaves the page.
  useEffect(() => {
    const stop = () => player?.stop();
    window.addEventListener('pagehide', stop);
    return () => {
      window.removeEventListener('pagehide', stop);
      stop();
    };
  }, [player]);

  return player && state ? { player, state } : null;
}

async function load(): Promise<RemotePlayer | null> {
  if (!(await isCastAdmitted())) return null;
  try {
    return await (await import('./sender')).loadSender();
  } catch {
    return null;
  }
}

/** Moves the film to the device. Returns a function that brings it back. */
function playElsewhere(stream: Stream, film: Film, player: RemotePlayer): () => void {
  const { element } = stream;
  const at = stream.position?.progress ?? film.start;
  stream.playElsewhere(player);
  element.pause();
  void player.open(filmFor(stream, film), at);
  let { isPlaying, ended } = player.current;
  const unsubscribe = player.subscribe(() => {
    const { current } = player;
    const isChanged = current.isPlaying !== isPlaying || current.ended !== ended;
    ({ isPlaying, ended } = current);
    if (isChanged) stream.changedElsewhere(ended === 'finished');
  });
  // The keyboard shortcuts of the player still control the element.
  const onPlay = () => {
    element.pause();
    player.toggle();
  };
  element.addEventListener('play', onPlay);
  return () => {
    const { progress } = player.current;
    unsubscribe();
    element.removeEventListener('play', onPlay);
    stream.playElsewhere(null);
    // Not if the device already plays another film, or the viewer has left.
    if (player.current.device !== null) return;
    element.currentTime = progress;
    void element.play().catch(() => undefined);
  };
}

function filmFor({ element }: Stream, { video, playback }: Film): CastFilm {
  const tracks = [...element.textTracks].filter(({ kind }) => kind === 'captions' || kind === 'subtitles');
  return {
    title: video.title,
    url: playback.playback_url,
    picture: video.poster?.url ?? null,
    captions: playback.captions,
    shown: tracks.find(({ mode }) => mode === 'showing')?.language ?? null,
  };
}
