// What can be reached with the arrows. Focus is the browser's own, so screen readers follow it.
import { FocusContext, useFocusable } from '@noriginmedia/norigin-spatial-navigation-react';
import { getCurrentFocusKey, setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { memo, useContext, useEffect } from 'react';
import type { ReactNode, RefObject } from 'react';

interface ItemProps {
  /** Unique in the app: focus returns to it. */
  focusKey?: string;
  className?: string;
  label?: string;
  isOn?: boolean;
  onPress: () => void;
  /** Moves the list to it. */
  onFocused?: (node: HTMLElement) => void;
  children: ReactNode;
}

/** A control: it can be focused and pressed. */
export const Item = memo(function Item({ focusKey, className, label, isOn, onPress, onFocused, children }: ItemProps) {
  const { ref } = useFocusable<object, HTMLButtonElement>({
    focusKey,
    onEnterPress: (_, { pressedKeys }) => {
      // A key that is held does not press twice.
      if ((pressedKeys.enter ?? 1) <= 1) onPress();
    },
    onFocus: ({ node }) => onFocused?.(node),
  });
  useFocusOfGroup();
  return (
    // The arrows move between controls, and a mouse, if there is one, can click them.
    <button ref={ref} type="button" tabIndex={-1} className={className} aria-label={label} aria-pressed={isOn} onClick={onPress}>
      {children}
    </button>
  );
});

interface GroupProps {
  focusKey?: string;
  className?: string;
  label?: string;
  /** Whether the arrows cannot leave it. */
  isClosed?: boolean;
  /** The control that has focus first. */
  first?: string;
  children: ReactNode;
}

/**
 * Takes over the focus that its group was given before it had any controls. It would stay on the group, where no key works: a
 * screen may ask for focus before the effects of its controls have run.
 */
function useFocusOfGroup(): void {
  const group = useContext(FocusContext);
  useEffect(() => {
    // By then, everything that asked for focus has it.
    const timer = setTimeout(() => getCurrentFocusKey() === group && void setFocus(group));
    return () => clearTimeout(timer);
  }, [group]);
}

/** Controls that belong together. Focus returns to the one that had it last. */
export function Group({ focusKey, className, label, isClosed = false, first, children }: GroupProps) {
  const { ref, focusKey: key } = useFocusable<object, HTMLDivElement>({
    focusKey,
    isFocusBoundary: isClosed,
    saveLastFocusedChild: true,
    preferredChildFocusKey: first,
    trackChildren: false,
  });
  return (
    <FocusContext.Provider value={key}>
      <div ref={ref} className={className} role="group" aria-label={label} tabIndex={-1}>
        {children}
      </div>
    </FocusContext.Provider>
  );
}

/** Moves what is too long for the screen, so that the focused part is at the start. Nothing but a transform changes. */
export function slideTo(track: RefObject<HTMLElement | null>, axis: 'x' | 'y', offset: number): void {
  const { current } = track;
  if (!current) return;
  const by = Math.max(
    0,
    Math.min(offset, axis === 'x' ? overflowOf(current) : current.scrollHeight - (current.parentElement?.clientHeight ?? 0)),
  );
  current.style.transform = axis === 'x' ? `translate(${-by}px)` : `translate(0,${-by}px)`;
}

/** How far a row can move until its last part is at the end of the screen, with the same margin as at the start. */
function overflowOf(row: HTMLElement): number {
  const last = row.lastElementChild;
  const end = last instanceof HTMLElement ? last.offsetLeft + last.offsetWidth : 0;
  return end - (row.clientWidth - 2 * row.offsetLeft);
}

/** Runs once the content is there. */
export function useOnce(isReady: boolean, act: () => void): void {
  useEffect(() => {
    if (isReady) act();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it becomes ready
  }, [isReady]);
}
