import '@fontsource-variable/bricolage-grotesque/wdth.css';
import '@fontsource-variable/instrument-sans/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/boot.css';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider, onlineManager } from '@tanstack/react-query';
import { Fragment, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { isMissingFile } from './app/missing-file';
import { Pages, prepareFor } from './app/router';
import { needCatalogue, startLanguage, useLanguage } from './lib/i18n/catalogues';
import { queryClient } from './lib/query-client';
import { PlaceProvider } from './lib/router/place';
import { forgetLists } from './lib/offline/forget';
import { subscribeToSession, token, useSwitches, viewerId } from './lib/session';
import { showAsSeenAt } from './lib/use-online';

// Data of one person must not be shown to the next.
let viewer = viewerId();
subscribeToSession(() => {
  if (token() !== null && viewerId() === viewer) return;
  viewer = viewerId();
  queryClient.clear();
  forgetLists();
});

/** A change of language remounts every page but keeps the cached data. A change of the profile remounts every page without it. */
function PagesInLanguage() {
  return (
    <Fragment key={`${useLanguage()} ${useSwitches()}`}>
      <Pages />
    </Fragment>
  );
}

if (!navigator.onLine) {
  // Queries assume a network until they hear otherwise.
  onlineManager.setOnline(false);
  const { restoreLists } = await import('./lib/offline/lists');
  showAsSeenAt(restoreLists());
}
// The first page's code and data load together with its texts.
prepareFor(location.pathname);

/** A page that cannot be loaded says so. Everything else that a page shows as its error is a bug. */
function reportCaught(error: unknown) {
  if (!isMissingFile(error)) console.error(error);
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
await startLanguage();
createRoot(root, { onCaughtError: reportCaught }).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <I18nProvider i18n={i18n}>
        <PlaceProvider onTravel={prepareFor}>
          <PagesInLanguage />
        </PlaceProvider>
      </I18nProvider>
    </QueryClientProvider>
  </StrictMode>,
);
/** Loads what most visits need later. */
function loadMore() {
  const loads = [
    // Most visits continue to a page that needs these texts, and an error may need them at any time.
    needCatalogue('viewer'),
    // What works offline is kept once the first page has everything.
    import('./lib/offline/install').then(({ install }) => install()),
    import('./lib/queries/follow-age-limit').then(({ followAgeLimit }) => followAgeLimit()),
  ];
  for (const load of loads) load.catch(() => undefined);
}

if (document.readyState === 'complete') loadMore();
else window.addEventListener('load', loadMore);
