import { useEffect, useState } from 'react';
import type { Stream } from './stream';
import { DoubleTaps, TAP_SECONDS } from './taps';
import type { Side } from './taps';

/** How long the jump of a double tap is shown, in milliseconds. */
const SHOWN_FOR = 700;

/** A jump that the viewer made with a double tap. */
export interface Jump {
  side: Side;
  /** In seconds; consecutive jumps to one side add up. */
  by: number;
}

/** Digits seek to tenths of the film: `5` is the middle. The library of the controls has all other keys. */
export function useDigits(controller: React.RefObject<HTMLElement | null>, stream: Stream | null): void {
  useEffect(() => {
    const target = controller.current;
    if (!target || !stream) return;
    const { element } = stream;
    const onKey = (event: KeyboardEvent) => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
      const isInMenu = event.target instanceof Element && event.target.closest('[role="menu"]') !== null;
      if (!isPlain || isInMenu || !/^\d$/.test(event.key) || !Number.isFinite(element.duration)) return;
      element.currentTime = (element.duration * Number(event.key)) / 10;
    };
    target.addEventListener('keydown', onKey);
    return () => target.removeEventListener('keydown', onKey);
  }, [controller, stream]);
}

/** Double taps on the picture jump back or forward. Returns the jump that is to be shown. */
export function useDoubleTaps(controller: React.RefObject<HTMLElement | null>, stream: Stream | null): Jump | null {
  const [jump, setJump] = useState<Jump | null>(null);
  useEffect(() => {
    const target = controller.current;
    if (!target || !stream) return;
    const { element } = stream;
    const taps = new DoubleTaps();
    const onTap = (event: PointerEvent) => {
      // Not on the controls, which are over the picture.
      const [place] = event.composedPath();
      if (event.pointerType !== 'touch' || !(place === target || (place instanceof Element && place.localName === 'video'))) return;
      const { left, width } = target.getBoundingClientRect();
      const side = taps.tap((event.clientX - left) / width, event.timeStamp);
      if (!side || !Number.isFinite(element.duration)) return;
      const by = side === 'back' ? -TAP_SECONDS : TAP_SECONDS;
      element.currentTime = Math.max(0, Math.min(element.duration, element.currentTime + by));
      setJump((before) => ({ side, by: before?.side === side ? before.by + by : by }));
    };
    target.addEventListener('pointerup', onTap);
    return () => target.removeEventListener('pointerup', onTap);
  }, [controller, stream]);
  useEffect(() => {
    if (!jump) return;
    const timer = setTimeout(() => setJump(null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [jump]);
  return jump;
}
