import 'hls-video-element';
import type HlsVideoElement from 'hls-video-element';
import { t } from '@lingui/core/macro';
import { useFocusable } from '@noriginmedia/norigin-spatial-navigation-react';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Film } from '@/features/playback/film';
import { Stream } from '@/features/playback/stream';
import { useEngine } from '@/features/playback/use-engine';
import type { Playing } from '@/features/playback/use-engine';
import { usePreferences } from '@/features/playback/use-preferences';
import { hasCode } from '@/lib/errors/api-error';
import { explain } from '@/lib/errors/explain';
import { clock } from '@/lib/format';
import { shortPlace } from '@/lib/nouns';
import { Group, Item, useOnce } from './focus';
import { mediaKey } from './keys';
import { back, replace } from './screens';
import { showCaptions, useCaptions } from './use-captions';
import { StreamLimit } from './watch-screen';

/** How long the controls stay after a key, in milliseconds. */
const SHOWN_FOR = 5000;
/** How far a press of an arrow moves, in seconds. Held down, it moves further each time. */
const STEP = 10;
const STEP_MAX = 60;

/** Plays a film. Left and right seek, OK pauses, up and down reach the buttons, and Back returns to the last screen. */
export function Player({ film, focusKey }: { film: Film; focusKey: string }) {
  const element = useRef<HlsVideoElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const [stream, setStream] = useState<Stream | null>(null);
  useEffect(() => {
    if (!element.current) return;
    const attached = new Stream(element.current);
    setStream(attached);
    return () => attached.close();
  }, []);
  const engine = useEngine(stream, film);
  usePreferences(stream, stage, film);
  const isPaused = useMediaState(element, (media) => media.paused, true);
  const areShown = useShownForAWhile(isPaused || engine.isLoading);
  const next = film.playback.next_video ?? null;
  useOnce(true, () => void setFocus(`${focusKey}-timeline`));
  useEffect(() => {
    if (engine.stopReason) void setFocus(`${focusKey}-stopped`);
    else if (engine.hasEnded) void setFocus(`${focusKey}-end`);
  }, [engine.stopReason, engine.hasEnded, focusKey]);

  const toggle = useCallback(() => {
    const media = element.current;
    if (!media) return;
    if (media.paused) void media.play().catch(() => undefined);
    else media.pause();
  }, []);
  const seekBy = useCallback((seconds: number) => {
    const media = element.current;
    if (!media || !Number.isFinite(media.duration)) return;
    media.currentTime = Math.max(0, Math.min(media.duration - 1, media.currentTime + seconds));
  }, []);
  useMediaKeys(element, toggle, seekBy);

  const isCovered = engine.stopReason !== null || engine.hasEnded;
  return (
    <div ref={stage} className={areShown || isCovered ? 'player is-shown' : 'player'}>
      <hls-video ref={element} playsInline preload="auto" crossOrigin="anonymous" />
      {engine.isLoading && !engine.stopReason && <LoadingLights />}
      {engine.stopReason ? (
        <StoppedOverlay engine={engine} focusKey={focusKey} />
      ) : engine.hasEnded ? (
        <EndOverlay focusKey={focusKey} nextId={next?.id ?? null} onAgain={() => restart(element.current)} />
      ) : (
        <div className="controls">
          <p className="film">
            {film.video.title}
            {film.video.season && film.video.episode ? <span>{shortPlace(film.video.season, film.video.episode)}</span> : null}
            {isPaused && !engine.isLoading && <span>{t`Paused`}</span>}
          </p>
          <Timeline element={element} focusKey={focusKey} onToggle={toggle} onSeek={seekBy} />
          <Buttons element={element} focusKey={focusKey} nextId={next?.id ?? null} isPaused={isPaused} onToggle={toggle} />
          {engine.isUnsaved && <p role="status">{t`Your position isn’t being saved right now.`}</p>}
        </div>
      )}
    </div>
  );
}

function LoadingLights() {
  return (
    <div className="message over" role="status" aria-label={t`Loading`}>
      <span className="lights" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
    </div>
  );
}

interface TimelineProps {
  element: React.RefObject<HlsVideoElement | null>;
  focusKey: string;
  onToggle: () => void;
  onSeek: (seconds: number) => void;
}

/** The position. It is what has focus while a film plays. */
function Timeline({ element, focusKey, onToggle, onSeek }: TimelineProps) {
  const position = useMediaState(element, (media) => Math.floor(media.currentTime), 0);
  const duration = useMediaState(element, (media) => (Number.isFinite(media.duration) ? Math.floor(media.duration) : 0), 0);
  const { ref } = useFocusable<object, HTMLDivElement>({
    focusKey: `${focusKey}-timeline`,
    onEnterPress: (_, { pressedKeys }) => {
      if ((pressedKeys.enter ?? 1) <= 1) onToggle();
    },
    onArrowPress: (direction, _, { pressedKeys }) => {
      if (direction !== 'left' && direction !== 'right') return true;
      const step = Math.min(STEP * (pressedKeys[direction] ?? 1), STEP_MAX);
      onSeek(direction === 'left' ? -step : step);
      return false;
    },
  });
  const [at, whole] = [clock(position), clock(duration)];
  return (
    <div
      ref={ref}
      className="timeline"
      role="slider"
      tabIndex={-1}
      aria-label={t`Position`}
      aria-valuemin={0}
      aria-valuemax={duration}
      aria-valuenow={position}
      aria-valuetext={t`${at} of ${whole}`}
    >
      <span className="track">
        <span style={{ transform: `scaleX(${duration > 0 ? position / duration : 0})` }} />
      </span>
      <span className="times">
        <span>{at}</span>
        <span>{whole}</span>
      </span>
    </div>
  );
}

interface ButtonsProps {
  element: React.RefObject<HlsVideoElement | null>;
  focusKey: string;
  nextId: string | null;
  isPaused: boolean;
  onToggle: () => void;
}

function Buttons({ element, focusKey, nextId, isPaused, onToggle }: ButtonsProps) {
  const captions = useCaptions(element);
  const shown = labelOf(captions);
  return (
    <Group focusKey={`${focusKey}-buttons`} className="buttons" label={t`Controls`}>
      <Item className="button" onPress={onToggle}>
        {isPaused ? t({ message: 'Play', context: 'after a pause' }) : t`Pause`}
      </Item>
      <Item className="button" onPress={() => restart(element.current)}>
        {t`From the beginning`}
      </Item>
      {captions.length > 0 && (
        <Item
          className="button"
          isOn={captions.some(({ isShown }) => isShown)}
          onPress={() => showCaptions(element.current, nextOf(captions))}
        >
          {t`Captions: ${shown}`}
        </Item>
      )}
      {nextId !== null && (
        <Item className="button" onPress={() => replace({ name: 'watch', id: nextId })}>
          {t`Next episode`}
        </Item>
      )}
    </Group>
  );
}

type Captions = ReturnType<typeof useCaptions>;

const labelOf = (captions: Captions): string => captions.find(({ isShown }) => isShown)?.label ?? t`Off`;

/** Off, then each language in turn. */
function nextOf(captions: Captions): string | null {
  const index = captions.findIndex(({ isShown }) => isShown);
  return captions[index + 1]?.language ?? null;
}

function StoppedOverlay({ engine: { stopReason, retry, takeBack }, focusKey }: { engine: Playing; focusKey: string }) {
  if (!stopReason) return null;
  const { kind, error } = stopReason;
  if (kind === 'full' && hasCode(error, 'STREAM_LIMIT_REACHED'))
    return <StreamLimit error={error} focusKey={`${focusKey}-stopped`} onFreed={takeBack} />;
  const [title, text] =
    kind === 'taken'
      ? [t`Playing on another device`, t`Another device took this one’s place. Your position is saved.`]
      : kind === 'unsupported'
        ? [t`This TV can’t play the video`, t`Watch it on another device.`]
        : [explain(error).title, explain(error).text];
  return (
    <div className="message over" role="alert">
      <h1>{title}</h1>
      <p>{text}</p>
      <Group focusKey={`${focusKey}-stopped`} className="buttons">
        <Item className="button" onPress={kind === 'taken' ? takeBack : retry}>
          {kind === 'taken' ? t`Play here` : t`Try again`}
        </Item>
        <Item className="button" onPress={() => back()}>
          {t`Back`}
        </Item>
      </Group>
    </div>
  );
}

function EndOverlay({ focusKey, nextId, onAgain }: { focusKey: string; nextId: string | null; onAgain: () => void }) {
  return (
    <div className="message over" role="status">
      <h1>{t`The end`}</h1>
      <Group focusKey={`${focusKey}-end`} className="buttons">
        {nextId !== null && (
          <Item className="button primary" onPress={() => replace({ name: 'watch', id: nextId })}>
            {t`Next episode`}
          </Item>
        )}
        <Item className="button" onPress={() => back()}>
          {t`Back`}
        </Item>
        <Item className="button" onPress={onAgain}>
          {t`Watch again`}
        </Item>
      </Group>
    </div>
  );
}

function restart(media: HlsVideoElement | null): void {
  if (!media) return;
  media.currentTime = 0;
  void media.play().catch(() => undefined);
}

/** The keys that some remote controls have for players. They work wherever focus is. */
function useMediaKeys(element: React.RefObject<HlsVideoElement | null>, toggle: () => void, seekBy: (seconds: number) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = mediaKey(event);
      if (key === null) return;
      event.preventDefault();
      if (key === 'toggle' || (key === 'play') === (element.current?.paused ?? false)) {
        if (key === 'toggle' || key === 'play' || key === 'pause') toggle();
      }
      if (key === 'forward') seekBy(STEP);
      if (key === 'rewind') seekBy(-STEP);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [element, toggle, seekBy]);
}

/** Whether the controls are visible: as long as `isHeld`, and for a while after a key. */
function useShownForAWhile(isHeld: boolean): boolean {
  const [presses, setPresses] = useState(0);
  /** The number of presses after which nothing happened for a while. */
  const [quietAfter, setQuietAfter] = useState(-1);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => setQuietAfter(presses), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [isHeld, presses]);
  useEffect(() => {
    const press = () => setPresses((before) => before + 1);
    document.addEventListener('keydown', press, true);
    return () => document.removeEventListener('keydown', press, true);
  }, []);
  return isHeld || quietAfter !== presses;
}

const MEDIA_EVENTS = ['play', 'pause', 'timeupdate', 'durationchange', 'seeking', 'seeked', 'ended', 'emptied'];

/** A value of the media element that changes as it plays. */
function useMediaState<T>(element: React.RefObject<HlsVideoElement | null>, read: (media: HlsVideoElement) => T, initial: T): T {
  const [value, setValue] = useState(initial);
  useEffect(() => {
    const media = element.current;
    if (!media) return;
    const update = () => setValue(read(media));
    for (const type of MEDIA_EVENTS) media.addEventListener(type, update);
    update();
    return () => {
      for (const type of MEDIA_EVENTS) media.removeEventListener(type, update);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `read` is the same function in every render
  }, [element]);
  return value;
}
