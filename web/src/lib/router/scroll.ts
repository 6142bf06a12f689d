// Where each page of this tab's history was scrolled to. The browser's own memory is of no use in an app of one document: it scrolls
// before the page is rendered.
const KEY = 'marquee.scroll';

const positions: Record<string, number> = stored();

/** A name for an entry of the history. */
export function newKey(): string {
  return Math.random().toString(36).slice(2);
}

/** Remembers where the page that is shown is scrolled to, under its entry's key. */
export function keepScroll(key: string): void {
  positions[key] = window.scrollY;
}

/** Where the page of an entry was scrolled to when it was left. */
export function scrollAt(key: string): number | undefined {
  return positions[key];
}

/**
 * Takes over scrolling from the browser, and keeps the positions when the page is reloaded or left. `shownKey` is of the page that is
 * shown, which need not be the current entry of the history.
 */
export function startKeepingScroll(shownKey: () => string): () => void {
  const onHide = () => {
    keepScroll(shownKey());
    try {
      sessionStorage.setItem(KEY, JSON.stringify(positions));
    } catch {
      // Without storage a reload starts at the top.
    }
  };
  history.scrollRestoration = 'manual';
  window.addEventListener('pagehide', onHide);
  return () => window.removeEventListener('pagehide', onHide);
}

function stored(): Record<string, number> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}
