import 'hls-video-element';
import type HlsVideoElement from 'hls-video-element';
import { En } from 'media-chrome/dist/lang/en.js';
import { addTranslation } from 'media-chrome/dist/utils/i18n.js';
import {
  MediaControlBar,
  MediaController,
  MediaFullscreenButton,
  MediaLoadingIndicator,
  MediaMuteButton,
  MediaPipButton,
  MediaPlayButton,
  MediaPosterImage,
  MediaSeekBackwardButton,
  MediaSeekForwardButton,
  MediaTimeDisplay,
  MediaTimeRange,
  MediaVolumeRange,
} from 'media-chrome/react';
import {
  MediaCaptionsMenu,
  MediaCaptionsMenuButton,
  MediaPlaybackRateMenu,
  MediaPlaybackRateMenuButton,
  MediaRenditionMenuButton,
} from 'media-chrome/react/menu';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { explain } from '@/lib/errors/explain';
import type { ShownVideo } from '@/lib/models';
import { useOnline } from '@/lib/use-online';
import type { Grant } from './grant';
import { NextEpisode } from './next-episode-offer';
import styles from './player.module.css';
import './quality-menu';
import { useEngine } from './use-engine';
import { useNextEpisode } from './use-next-episode';

interface PlayerProps {
  video: ShownVideo;
  playback: Grant;
  /** Seconds. */
  start: number;
  /** Asks for a stream again that was taken. */
  onTakeBack: () => void;
}

// A button is called by what is read on it: `1x`.
addTranslation('en', { ...En, 'Playback rate {playbackRate}': 'Playback rate {playbackRate}x' });

/** How long before the end the next episode is offered, in seconds. */
const OFFER_BEFORE_END = 10;

export default function Player({ video, playback, start, onTakeBack }: PlayerProps) {
  const [element, setElement] = useState<HlsVideoElement | null>(null);
  const controller = useRef<HTMLElement>(null);
  const engine = useEngine(element, video.id, playback);
  const next = useNextEpisode(video);
  const [isNear, setIsNear] = useState(false);
  const isOnline = useOnline();
  const navigate = useNavigate();

  // A source that changed in its address alone would start over; `useEngine` changes it in place.
  const [source] = useState(playback.playback_url);
  const [config] = useState(() => ({ startPosition: start }));

  useEffect(() => {
    if (!element) return;
    const look = () => setIsNear(element.duration > 0 && element.duration - element.currentTime <= OFFER_BEFORE_END);
    element.addEventListener('timeupdate', look);
    return () => element.removeEventListener('timeupdate', look);
  }, [element]);

  useKeyboard(controller);

  return (
    <div className={styles.player}>
      <MediaController
        ref={controller as never}
        className={styles.controller}
        autohide="3"
        gesturesDisabled={engine.trouble !== null}
        aria-label={`Player: ${video.title}`}
      >
        <hls-video ref={setElement} slot="media" config={config} src={source} crossOrigin="anonymous" preload="auto" playsInline autoPlay>
          <track kind="metadata" label="thumbnails" src={playback.storyboard_url} default />
        </hls-video>
        {video.poster && <MediaPosterImage slot="poster" src={video.poster.url} className={styles.poster} />}
        <MediaLoadingIndicator slot="centered-chrome" noAutohide className={styles.loading} />
        <div slot="top-chrome" className={styles.top}>
          <Link to={`/videos/${video.id}`} className={styles.back}>
            <Icon name="back" size={24} />
            <span className="visually-hidden">Back to the video</span>
          </Link>
          <div className={styles.names}>
            <h1 className={styles.title}>{video.title}</h1>
            {video.season && video.episode ? <p className={styles.place}>{`Season ${video.season}, episode ${video.episode}`}</p> : null}
          </div>
        </div>
        <quality-menu id="quality" hidden anchor="auto" className={styles.menu} />
        <MediaPlaybackRateMenu hidden anchor="auto" rates={[0.5, 0.75, 1, 1.25, 1.5, 2]} className={styles.menu} />
        <MediaCaptionsMenu hidden anchor="auto" className={styles.menu} />
        <MediaControlBar className={styles.seek}>
          <MediaTimeRange className={styles.range} />
        </MediaControlBar>
        <MediaControlBar className={styles.bar}>
          <MediaPlayButton className={styles.control} />
          <MediaSeekBackwardButton seekOffset={10} className={styles.control} />
          <MediaSeekForwardButton seekOffset={10} className={styles.control} />
          <MediaMuteButton className={styles.control} />
          <MediaVolumeRange className={styles.volume} />
          <MediaTimeDisplay showDuration noToggle className={styles.time} />
          <span className={styles.gap} />
          <MediaCaptionsMenuButton className={styles.control} />
          <MediaPlaybackRateMenuButton className={styles.control} />
          <MediaRenditionMenuButton invokeTarget="quality" className={styles.control} />
          <MediaPipButton className={`${styles.control ?? ''} ${styles.pip ?? ''}`} />
          <MediaFullscreenButton className={styles.control} />
        </MediaControlBar>
      </MediaController>
      {!isOnline && engine.trouble === null && (
        <p role="status" className={styles.offline}>
          <Icon name="offline" size={18} />
          You are offline. What is loaded plays on.
        </p>
      )}
      {next && (isNear || engine.hasEnded) && engine.trouble === null && (
        <NextEpisode video={next} hasEnded={engine.hasEnded} onPlay={() => void navigate(`/watch/${next.id}`, { replace: true })} />
      )}
      {engine.hasEnded && !next && engine.trouble === null && <TheEnd id={video.id} onAgain={() => element && void playFrom(element, 0)} />}
      {engine.trouble !== null && <Trouble error={engine.trouble.error} kind={engine.trouble.kind} onRetry={engine.trouble.kind === 'taken' ? onTakeBack : engine.retry} />}
    </div>
  );
}

function playFrom(element: HlsVideoElement, seconds: number): Promise<void> {
  element.currentTime = seconds;
  return element.play();
}

function TheEnd({ id, onAgain }: { id: string; onAgain: () => void }) {
  return (
    <div className={styles.over} role="status">
      <p className={styles.overTitle}>The end</p>
      <div className={styles.overActions}>
        <Link to={`/videos/${id}`} className={styles.overLink}>
          More like it
        </Link>
        <Button look="quiet" icon="restart" onClick={onAgain} className={styles.overButton}>
          Watch again
        </Button>
      </div>
    </div>
  );
}

/** Over the picture, when it does not go on. */
function Trouble({ kind, error, onRetry }: { kind: 'taken' | 'failed'; error: unknown; onRetry: () => void }) {
  const said =
    kind === 'taken'
      ? { title: 'Playing elsewhere now', text: 'This stream was stopped, or its place was taken by another device. Your place in the film is kept.' }
      : explain(error);
  return (
    <div className={styles.over} role="alert">
      <p className={styles.overTitle}>{said.title}</p>
      <p className={styles.overText}>{said.text}</p>
      <Button look="primary" icon={kind === 'taken' ? 'play' : 'restart'} onClick={onRetry}>
        {kind === 'taken' ? 'Play here' : 'Try again'}
      </Button>
    </div>
  );
}

/** The player's keys work wherever the focus is, unless something there has a use for them. */
function useKeyboard(controller: React.RefObject<HTMLElement | null>) {
  useEffect(() => {
    const target = controller.current;
    target?.focus({ preventScroll: true });
    const forward = (event: KeyboardEvent) => {
      if (!target || event.defaultPrevented || (event.target !== document.body && event.target !== document.documentElement)) return;
      target.focus({ preventScroll: true });
      target.dispatchEvent(new KeyboardEvent(event.type, event));
    };
    window.addEventListener('keydown', forward);
    window.addEventListener('keyup', forward);
    return () => {
      window.removeEventListener('keydown', forward);
      window.removeEventListener('keyup', forward);
    };
  }, [controller]);
}
