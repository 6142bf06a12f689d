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
  const { active } = await navigator.serviceWorker.ready;
  // The worker did not see what this page loaded before it was there.
  const urlsToCache = performance
    .getEntriesByType('resource')
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${location.origin}/assets/`));
  active?.postMessage({ type: 'CACHE_URLS', payload: { urlsToCache } });
}
