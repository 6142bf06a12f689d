import { needCatalogue } from '../i18n/catalogues';
import { keepLists } from './lists';

/** Makes the app work offline from the next visit on. */
export function install(): void {
  keepLists();
  // In development the worker would keep old files.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  void register().catch(() => undefined);
}

async function register(): Promise<void> {
  await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  await Promise.all([navigator.serviceWorker.ready, needCatalogue('viewer')]);
  tellWhatIsUsed();
  // The worker of a new release starts with only its own files.
  navigator.serviceWorker.addEventListener('controllerchange', tellWhatIsUsed);
}

/** Tells the worker which files this page loaded before the worker was there: texts and fonts, which depend on the viewer. */
function tellWhatIsUsed(): void {
  const urlsToCache = performance
    .getEntriesByType('resource')
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${location.origin}/assets/`));
  void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage({ type: 'CACHE_URLS', payload: { urlsToCache } }));
}
