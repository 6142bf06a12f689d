// The player's code is loaded before the viewer presses Play, so that the click has to load only the film.
import { needCatalogue } from '@/lib/i18n/catalogues';
import { savesData } from '@/lib/network';

const WATCH_LINK = 'a[href^="/watch/"]';
/** How long the page that the viewer reads has priority, in milliseconds. */
const IDLE_WITHIN = 4000;

/** Loads the player's code when the browser has nothing better to do, unless the viewer saves data. */
export function warmPlayerSoon(): void {
  if (savesData()) return;
  const whenIdle = () => {
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in window) window.requestIdleCallback(warmPlayer, { timeout: IDLE_WITHIN });
    else setTimeout(warmPlayer, IDLE_WITHIN / 4);
  };
  if (document.readyState === 'complete') whenIdle();
  else window.addEventListener('load', whenIdle, { once: true });
}

/** Loads the player's code when the viewer points at a link to a film. Returns a function that stops this. */
export function warmPlayerAtLinks(): () => void {
  const listening = new AbortController();
  const look = ({ target }: Event) => {
    if (!(target instanceof Element) || !target.closest(WATCH_LINK)) return;
    warmPlayer();
    listening.abort();
  };
  for (const type of ['pointerover', 'focusin']) document.addEventListener(type, look, { passive: true, signal: listening.signal });
  return () => listening.abort();
}

function warmPlayer(): void {
  // What fails here is requested again when it is needed.
  const loads = [import('@/features/playback/watch-page'), needCatalogue('viewer')];
  for (const load of loads) load.catch(() => undefined);
}
