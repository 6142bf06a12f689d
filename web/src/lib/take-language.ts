import { api, data } from './api';
import { setLanguage } from './i18n/catalogues';
import { LANGUAGES, keptLanguage } from './i18n/languages';

/** Applies the profile's language, unless one was chosen on this device. If this fails, the browser's language is used. */
export function takeLanguage(): void {
  void take().catch(() => undefined);
}

async function take(): Promise<void> {
  if (keptLanguage() !== null) return;
  const { interface_language: chosen } = await data(api.GET('/api/preferences'));
  // A language may have been chosen in the meantime.
  if (chosen !== null && chosen in LANGUAGES && keptLanguage() === null) await setLanguage(chosen);
}
