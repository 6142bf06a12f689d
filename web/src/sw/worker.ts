// The service worker: shows the app when there is no network. It holds files of the build, which are the same for everybody, and
// nothing else. docs/SECURITY.md says why. It never touches the API or another origin.
import { clientsClaim } from 'workbox-core';
import { matchPrecache, precache } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';
import { ASSETS_CACHE, isAsset, isFailure, isOtherApp } from './paths';

declare const self: ServiceWorkerGlobalScope;
/** The files of the pages that work offline, by the build: `vite.sw.config.ts`. */
declare const SHELL: { url: string; revision: string | null }[];
declare const BUILD: string;

const PAGE = '/index.html';
/** How long a page waits for the network, in milliseconds. */
const NAVIGATION_WITHIN = 5000;
const assetsCache = ASSETS_CACHE + BUILD;

// A page always comes from the network if there is one, so a new worker may take over at once: no page is older than its release.
void self.skipWaiting();
clientsClaim();
precache(SHELL);

self.addEventListener('activate', (event) => event.waitUntil(Promise.all([forgetOlderBuilds(), preloadNavigations()])));

const assets = new CacheFirst({ cacheName: assetsCache });
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && isAsset(url.pathname),
  async (options) => (await matchPrecache(options.url.pathname)) ?? assets.handle(options),
);

registerRoute(
  new NavigationRoute(
    async ({ event, request }) => {
      const shell = await matchPrecache(PAGE);
      if (!shell) return fetch(request);
      const page = pageFromNetwork(event as FetchEvent, request);
      page.catch(() => undefined);
      return Promise.race([page, tooLate()]).catch(() => shell);
    },
    { denylist: [isOtherApp] },
  ),
);

/** The page, unless the service fails to make it: some pages are made by functions, and the shell shows the same. */
async function pageFromNetwork(event: FetchEvent, request: Request): Promise<Response> {
  const preloaded = (await event.preloadResponse) as Response | undefined;
  const page = preloaded ?? (await fetch(request));
  if (isFailure(page.status)) throw new Error('The service cannot make the page now.');
  return page;
}

function tooLate(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error('The network is too slow.')), NAVIGATION_WITHIN));
}

/** Without this, every page would wait until this worker has started. */
async function preloadNavigations(): Promise<void> {
  // Not every browser has it.
  await (self.registration.navigationPreload as NavigationPreloadManager | undefined)?.enable();
}

async function forgetOlderBuilds(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(ASSETS_CACHE) && name !== assetsCache);
  await Promise.all(old.map((name) => caches.delete(name)));
}
