import '@fontsource-variable/bricolage-grotesque/wdth.css';
import '@fontsource-variable/instrument-sans/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/boot.css';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { Fragment, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Pages, prepareFor } from './app/router';
import { needCatalogue, startLanguage, useLanguage } from './lib/i18n/catalogues';
import { queryClient } from './lib/query-client';
import { PlaceProvider } from './lib/router';
import { subscribeToSession, token } from './lib/session';

// Data of one person must not be shown to the next.
subscribeToSession(() => {
  if (token() === null) queryClient.clear();
});

/** A change of language remounts every page but keeps the cached data. */
function PagesInLanguage() {
  return (
    <Fragment key={useLanguage()}>
      <Pages />
    </Fragment>
  );
}

// The first page's code and data load together with its texts.
prepareFor(location.pathname);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
await startLanguage();
createRoot(root).render(
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
// Most visits continue to a page that needs these texts, and an error may need them at any time.
window.addEventListener('load', () => void needCatalogue('viewer').catch(() => undefined));
