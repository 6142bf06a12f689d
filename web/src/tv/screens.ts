// Which screen is shown. Opened screens form a stack, which is the browser's history, so the television's own Back button works too.
import { useSyncExternalStore } from 'react';

export type Screen =
  | { name: 'home' | 'search' | 'list' | 'profiles' | 'sign-out' }
  | { name: 'title' | 'series' | 'pin'; id: string }
  | { name: 'watch'; id: string; isFromStart?: boolean };

const ROOT = '/tv';
const HOME: Screen = { name: 'home' };
const FOLDERS: Record<string, 'title' | 'series' | 'watch' | 'pin'> = { titles: 'title', series: 'series', watch: 'watch', pin: 'pin' };
const PAGES = ['search', 'list', 'profiles', 'sign-out'] as const;

export function pathOf(screen: Screen): string {
  switch (screen.name) {
    case 'home':
      return ROOT;
    case 'title':
      return `${ROOT}/titles/${screen.id}`;
    case 'series':
    case 'watch':
    case 'pin':
      return `${ROOT}/${screen.name}/${screen.id}`;
    default:
      return `${ROOT}/${screen.name}`;
  }
}

/** The screen of a deep link; the home screen for anything else. */
export function screenOf(path: string): Screen {
  const [folder = '', id] = path.slice(ROOT.length + 1).split('/');
  const name = FOLDERS[folder];
  if (name && id) return { name, id };
  const page = PAGES.find((one) => one === folder);
  return page ? { name: page } : HOME;
}

let stack: Screen[] = [HOME];
const listeners = new Set<() => void>();

function show(screens: Screen[]): void {
  stack = screens;
  for (const listener of listeners) listener();
}

const depthOf = (state: unknown): number =>
  typeof state === 'object' && state !== null && 'depth' in state && typeof state.depth === 'number' ? state.depth : 0;

/** Opens the screen of the page's address, on top of the home screen. */
export function startScreens(): void {
  const first = screenOf(window.location.pathname);
  history.replaceState({ depth: 0 }, '', ROOT);
  if (first.name !== 'home') open(first);
  window.addEventListener('popstate', ({ state }) => show(stack.slice(0, depthOf(state) + 1)));
}

export function open(screen: Screen): void {
  show([...stack, screen]);
  history.pushState({ depth: stack.length - 1 }, '', pathOf(screen));
}

/** Opens a screen in place of the current one. */
export function replace(screen: Screen): void {
  show([...stack.slice(0, -1), screen]);
  history.replaceState({ depth: stack.length - 1 }, '', pathOf(screen));
}

/** Returns to the previous screen; `false` if this is the first one. */
export function back(): boolean {
  if (stack.length === 1) return false;
  history.back();
  return true;
}

/** Forgets all screens but the first, for the next viewer. */
export function closeScreens(): void {
  const extra = stack.length - 1;
  if (extra > 0) history.go(-extra);
  show([HOME]);
}

/** The open screens, the visible one last. */
export function useScreens(): Screen[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => stack,
  );
}
