import { useSyncExternalStore } from 'react';
import { storedText } from './stored';

export type Theme = 'system' | 'dark' | 'light';

// `index.html` reads it before the first paint.
const kept = storedText('marquee.theme');

export function theme(): Theme {
  const set = document.documentElement.dataset.theme;
  return set === 'dark' || set === 'light' ? set : 'system';
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  kept.set(theme === 'system' ? null : theme);
}

export function useTheme(): Theme {
  return useSyncExternalStore(kept.subscribe, theme);
}
