import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import 'hls-video-element';
import type HlsVideoElement from 'hls-video-element';
import { Suspense, lazy, useCallback, useEffect, useRef, useState } from 'react';
import { Link } from '@/lib/router/link';
import { useNavigate } from '@/lib/router/place';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { shortPlace } from '@/lib/nouns';
import { useAllEpisodes } from '@/lib/queries/use-all-episodes';
import { useSeries } from '@/lib/queries/use-series';
import { useOnline } from '@/lib/use-online';
import { useCast } from './cast/use-cast';
import { EpisodesPanel } from './episodes-panel';
import type { Film } from './film';
import { NextEpisode } from './next-episode-offer';
import { EndOverlay, PlaybackNotice, StoppedOverlay } from './overlays';
import { TRIES_MAX, pauseBefore } from './retry-policy';
import styles from './player.module.css';
import { Stream } from './stream';
import { useEngine } from './use-engine';
import type { Playing } from './use-engine';
import { useMediaSession } from './use-media-session';
import { usePreferences } from './use-preferences';
import { useDigits, useDoubleTaps } from './use-shortcuts';
import type { Jump } from './use-shortcuts';

/** The controls' library is larger than everything else but hls.js, so it is loaded after the first picture. */
const Controls = lazy(loadControls);
const CastOverlay = lazy(() => import('./cast/cast-overlay'));

interface PlayerProps {
  film: Film;
  /** Whether the viewer has moved on to another film that is still loading. */
  isLeft: boolean;
}

/** How long before the end the next episode is offered, in seconds. */
const OFFER_BEFORE_END = 10;

/** One player for consecutive films, so that full screen and the permission to play sound survive the change. */
export default function Player({ film, isLeft }: PlayerProps) {
  const { video, playback } = film;
  const { title } = video;
  const [stream, setStream] = useState<Stream | null>(null);
  const attach = useCallback((element: HlsVideoElement | null) => {
    if (!element) return;
    const attached = new Stream(element);
    setStream(attached);
    return () => attached.close();
  }, []);
  const controller = useRef<HTMLElement>(null);
  const engine = useEngine(stream, isLeft ? null : film);
  const next = playback.next_video ?? null;
  const series = useSeries(video.series_id ?? '', { enabled: Boolean(video.series_id) });
  const [areEpisodesOpen, setAreEpisodesOpen] = useState(false);
  const closeEpisodes = useCallback(() => setAreEpisodesOpen(false), []);
  const { autoplay } = usePreferences(stream, controller, film);
  const hasAudioChoice = useAudioChoice(stream);
  const { hasPicture, hasPlayed } = usePicture(stream, film);
  const areControlsWanted = useOnceTrue(hasPicture || engine.stopReason !== null);
  const cast = useCast(stream, isLeft ? null : film, engine, areControlsWanted);
  const isElsewhere = cast !== null && cast.state.device !== null;
  const episodes = useAllEpisodes(areControlsWanted && video.series_id ? video.series_id : undefined);
  const isNear = useNearEnd(stream);
  const isMenuOpen = useMenuOpen(controller);
  const navigate = useNavigate();
  const nextId = next?.id;
  const goOn = useCallback(() => nextId && void navigate(`/watch/${nextId}`, { replace: true }), [navigate, nextId]);
  const place =
    video.season && video.episode ? [series.data?.title, shortPlace(video.season, video.episode)].filter(Boolean).join(' · ') : '';

  // The overlay then has its own title.
  const isTitled = !isLeft && engine.stopReason?.kind !== 'full';

  const storyboard = useStoryboard(stream, (engine.grant ?? playback).storyboard_url);
  useKeyboard(controller);
  useDigits(controller, stream);
  const jump = useDoubleTaps(controller, stream);
  useMediaSession(stream, video, place, next && goOn);
  useFullScreen(controller);

  return (
    <div className={styles.player} inert={isLeft}>
      {/* Before their library has loaded, these are elements without a behaviour of their own. */}
      <media-controller
        ref={controller}
        class={styles.controller}
        autohide="3"
        novolumepref=""
        nomutedpref=""
        nosubtitleslangpref=""
        keyboardupvolumestep="0.05"
        keyboarddownvolumestep="0.05"
        gesturesdisabled={engine.stopReason === null ? undefined : ''}
        aria-label={t`Player: ${title}`}
      >
        <hls-video ref={attach} slot="media" class={styles.media} crossOrigin="anonymous" preload="auto" playsInline>
          {hasPicture && <track key={storyboard.tries} kind="metadata" label="thumbnails" src={storyboard.url} default />}
        </hls-video>
        {video.poster && !hasPlayed && (
          <img slot="poster" src={video.poster.url} srcSet={video.poster.srcset} sizes="100vw" alt="" className={styles.poster} />
        )}
        <div slot="top-chrome" className={styles.top}>
          <Link to={`/videos/${video.id}`} className={styles.back}>
            <Icon name="back" size={24} />
            <span className="visually-hidden">
              <Trans>Back to video details</Trans>
            </span>
          </Link>
          {isTitled && (
            <div className={styles.names}>
              {place !== '' && <p className={styles.series}>{place}</p>}
              <h1 className={video.series_id ? styles.episode : styles.title}>{video.title}</h1>
            </div>
          )}
          {isTitled && (Boolean(video.series_id) || cast?.state.isAvailable) && (
            <div className={styles.turns}>
              {cast?.state.isAvailable && !isElsewhere && (
                <button type="button" className={styles.turn} onClick={() => void cast.player.choose()}>
                  <Icon name={MORE_ICONS.cast} size={22} />
                  <span className={styles.turnName}>
                    <Trans>Play on TV</Trans>
                  </span>
                </button>
              )}
              {episodes.length > 1 && (
                <button
                  type="button"
                  className={styles.turn}
                  aria-expanded={areEpisodesOpen}
                  onClick={() => setAreEpisodesOpen(!areEpisodesOpen)}
                >
                  <Icon name={MORE_ICONS.list} size={22} />
                  <span className={styles.turnName}>
                    <Trans>Episodes</Trans>
                  </span>
                </button>
              )}
              {next && (
                <button type="button" className={styles.turn} onClick={goOn}>
                  <Icon name={MORE_ICONS.skip} size={22} />
                  <span className={styles.turnName}>
                    <Trans>Next episode</Trans>
                  </span>
                </button>
              )}
            </div>
          )}
        </div>
        {areControlsWanted && (
          <Suspense>
            <Controls hasAudioChoice={hasAudioChoice} />
          </Suspense>
        )}
      </media-controller>
      {cast && isElsewhere && !engine.hasEnded && engine.stopReason === null && (
        <Suspense>
          <CastOverlay {...cast} />
        </Suspense>
      )}
      {engine.isLoading && !isElsewhere && <Busy />}
      {jump && <Jumped jump={jump} />}
      {engine.stopReason === null && <PlaybackNotices engine={engine} />}
      {next && (isNear || engine.hasEnded) && engine.stopReason === null && (
        <NextEpisode
          key={next.id}
          video={next}
          hasEnded={engine.hasEnded}
          isHidden={isMenuOpen || areEpisodesOpen}
          goesOn={autoplay}
          onPlay={goOn}
        />
      )}
      {engine.hasEnded && !next && engine.stopReason === null && (
        <EndOverlay video={video} onAgain={() => stream && playFrom(stream.element, 0)} />
      )}
      {areEpisodesOpen && isTitled && (
        <EpisodesPanel name={series.data?.title ?? t`Episodes`} episodes={episodes} current={video} onClose={closeEpisodes} />
      )}
      {engine.stopReason !== null && <StoppedOverlay stopReason={engine.stopReason} onRetry={engine.retry} onTakeBack={engine.takeBack} />}
    </div>
  );
}

/** The most important notice while the film plays or loads. */
function PlaybackNotices({ engine }: { engine: Playing }) {
  const isOnline = useOnline();
  if (!isOnline) return <PlaybackNotice icon="offline" text={t`You’re offline. Playback continues with what’s already loaded.`} />;
  if (engine.isStruggling) return <PlaybackNotice icon={MORE_ICONS.sync} text={t`The video isn’t loading. We’ll keep trying.`} />;
  if (engine.isUnsaved) return <PlaybackNotice icon="alert" text={t`We can’t save your position right now.`} onRetry={engine.save} />;
  if (engine.areCaptionsLost) return <PlaybackNotice icon="alert" text={t`Captions couldn’t be loaded.`} onRetry={engine.retryCaptions} />;
  return null;
}

/** Where a double tap went. */
function Jumped({ jump: { side, by } }: { jump: Jump }) {
  return (
    <p className={side === 'back' ? styles.jumpBack : styles.jumpForward} aria-hidden="true">
      {by > 0 ? `+${by}` : by.toString().replace('-', '−')}
    </p>
  );
}

/** Shown until there is a picture. */
function Busy() {
  return (
    <div className={styles.busy} role="status">
      <span className="visually-hidden">
        <Trans>Loading</Trans>
      </span>
      <span />
      <span />
      <span />
    </div>
  );
}

function playFrom(element: HlsVideoElement, seconds: number): void {
  element.currentTime = seconds;
  void element.play().catch(() => undefined);
}

/** A failed request is repeated with growing pauses, because the film can go on without controls. */
async function loadControls(): Promise<typeof import('./controls')> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await import('./controls');
    } catch (error) {
      if (tries > TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseBefore(tries)));
    }
  }
}

/** Whether the film has a first picture, and whether it has played at all. */
function usePicture(stream: Stream | null, film: Film): { hasPicture: boolean; hasPlayed: boolean } {
  const [shown, setShown] = useState<Film | null>(null);
  const [played, setPlayed] = useState<Film | null>(null);
  useEffect(() => {
    if (!stream) return;
    const { element } = stream;
    const onShown = () => setShown(film);
    const onPlayed = () => setPlayed(film);
    element.addEventListener('loadeddata', onShown);
    element.addEventListener('playing', onPlayed);
    return () => {
      element.removeEventListener('loadeddata', onShown);
      element.removeEventListener('playing', onPlayed);
    };
  }, [stream, film]);
  return { hasPicture: shown === film, hasPlayed: played === film };
}

/** Whether a value has ever been true. */
function useOnceTrue(value: boolean): boolean {
  const [wasTrue, setWasTrue] = useState(value);
  if (value && !wasTrue) setWasTrue(true);
  return wasTrue || value;
}

/** Calls back once the library of the controls has taken over the element. */
function whenControlled(target: HTMLElement, act: () => void): void {
  void customElements.whenDefined(target.localName).then(() => target.isConnected && act());
}

function useNearEnd(stream: Stream | null): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (!stream) return;
    const { element } = stream;
    const look = () => setIsNear(element.duration > 0 && element.duration - element.currentTime <= OFFER_BEFORE_END);
    element.addEventListener('timeupdate', look);
    element.addEventListener('emptied', look);
    return () => {
      element.removeEventListener('timeupdate', look);
      element.removeEventListener('emptied', look);
    };
  }, [stream]);
  return isNear;
}

/** Whether there is more than one audio track. */
function useAudioChoice(stream: Stream | null): boolean {
  const [hasChoice, setHasChoice] = useState(false);
  useEffect(() => {
    const tracks = stream?.audioTracks;
    if (!tracks) return;
    const look = () => setHasChoice([...tracks].length > 1);
    tracks.addEventListener('addtrack', look);
    tracks.addEventListener('removetrack', look);
    return () => {
      tracks.removeEventListener('addtrack', look);
      tracks.removeEventListener('removetrack', look);
    };
  }, [stream]);
  return hasChoice;
}

/** The preview pictures of the seek bar. A failed request is repeated with growing pauses. */
function useStoryboard(stream: Stream | null, url: string): { url: string; tries: number } {
  const [failed, setFailed] = useState({ url, tries: 0 });
  const tries = failed.url === url ? failed.tries : 0;
  useEffect(() => {
    // hls-video plays a copy of the track and emits no events for it.
    const copies = stream?.element.shadowRoot;
    if (!copies || tries >= TRIES_MAX) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      if (copies.querySelector<HTMLTrackElement>('track[label="thumbnails"]')?.readyState !== HTMLTrackElement.ERROR) return;
      clearTimeout(timer);
      timer = setTimeout(() => setFailed({ url, tries: tries + 1 }), pauseBefore(tries + 1));
    };
    // It may have failed before the listener was added.
    look();
    copies.addEventListener('error', look, true);
    return () => {
      clearTimeout(timer);
      copies.removeEventListener('error', look, true);
    };
  }, [stream, url, tries]);
  return { url, tries };
}

const OPEN_MENUS = '[role="menu"]:not([hidden])';
const CLOSED_MENU = '[role="menu"][hidden]';

/** Whether a menu of the player is open. */
function useMenuOpen(controller: React.RefObject<HTMLElement | null>): boolean {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const target = controller.current;
    if (!target) return;
    const look = () => setIsOpen(target.querySelector(OPEN_MENUS) !== null);
    // The library's menus take focus when their next transition ends. A menu that is closed while it fades in would take focus when
    // it has faded out, from another menu that was opened meanwhile and would then close.
    const keepFocus = (event: Event) => {
      if (event.target instanceof Element && event.target.matches(CLOSED_MENU)) event.stopPropagation();
    };
    target.addEventListener('toggle', look, true);
    target.addEventListener('transitionend', keepFocus, true);
    return () => {
      target.removeEventListener('toggle', look, true);
      target.removeEventListener('transitionend', keepFocus, true);
    };
  }, [controller]);
  return isOpen;
}

/** Makes the whole `main` element full screen, including everything over the picture. */
function useFullScreen(controller: React.RefObject<HTMLElement | null>) {
  useEffect(() => {
    const target = controller.current;
    if (target) whenControlled(target, () => Object.assign(target, { fullscreenElement: target.closest('main') }));
  }, [controller]);
}

/** Forwards keys to the player, unless another element has focus. */
function useKeyboard(controller: React.RefObject<HTMLElement | null>) {
  useEffect(() => {
    const target = controller.current;
    // It takes focus and keys only then. By that time the viewer may have moved on to another element.
    if (target) whenControlled(target, () => document.activeElement === document.body && target.focus({ preventScroll: true }));
    const forward = (event: KeyboardEvent) => {
      if (!target || event.defaultPrevented || (event.target !== document.body && event.target !== document.documentElement)) return;
      target.focus({ preventScroll: true });
      target.dispatchEvent(new KeyboardEvent(event.type, event));
    };
    // A menu closes itself only while it has focus, which it may never have received.
    const closeMenus = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      for (const menu of target?.querySelectorAll<HTMLElement>(OPEN_MENUS) ?? []) menu.hidden = true;
    };
    target?.addEventListener('keydown', closeMenus);
    window.addEventListener('keydown', forward);
    window.addEventListener('keyup', forward);
    return () => {
      target?.removeEventListener('keydown', closeMenus);
      window.removeEventListener('keydown', forward);
      window.removeEventListener('keyup', forward);
    };
  }, [controller]);
}
