import './polyfills';
import '@fontsource-variable/bricolage-grotesque/wdth.css';
import '@fontsource-variable/instrument-sans/wght.css';
import './styles/base.css';
import './styles/menu.css';
import './styles/hero.css';
import './styles/cards.css';
import './styles/messages.css';
import './styles/pairing.css';
import './styles/search.css';
import './styles/profiles.css';
import './styles/player.css';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { init } from '@noriginmedia/norigin-spatial-navigation-core';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { followAgeLimit } from '@/lib/queries/follow-age-limit';
import { queryClient } from '@/lib/query-client';
import { subscribeToSession, token, viewerId } from '@/lib/session';
import { App } from './app';
import { listenToRemote } from './keys';
import { closeScreens, startScreens } from './screens';
import { showLanguage } from './texts';

const root = document.getElementById('root');
if (!root) throw new Error('tv.html has no #root');

// Data of one person must not be shown to the next.
let viewer = viewerId();
subscribeToSession(() => {
  if (token() !== null && viewerId() === viewer) return;
  viewer = viewerId();
  queryClient.clear();
  closeScreens();
});
followAgeLimit();

init({ shouldFocusDOMNode: true, domNodeFocusOptions: { preventScroll: true }, distanceCalculationMethod: 'center' });
listenToRemote();
startScreens();
void showLanguage().then(() => {
  createRoot(root).render(
    <QueryClientProvider client={queryClient}>
      <I18nProvider i18n={i18n}>
        <App />
      </I18nProvider>
    </QueryClientProvider>,
  );
});
