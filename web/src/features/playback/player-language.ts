import { En } from 'media-chrome/dist/lang/en.js';
import type { TranslateDictionary } from 'media-chrome/dist/lang/en.js';
import { addTranslation, setLanguage } from 'media-chrome/dist/utils/i18n.js';

/** The texts of the controls' library, each loaded when it is needed. */
const LANGUAGES: Record<string, () => Promise<TranslateDictionary>> = {
  en: () => Promise.resolve(En),
  de: async () => (await import('media-chrome/dist/lang/de.js')).De,
  fr: async () => (await import('media-chrome/dist/lang/fr.js')).Fr,
  es: async () => (await import('media-chrome/dist/lang/es.js')).Es,
};

const RATE = 'Playback rate {playbackRate}';

let current: { language: string; isReady: Promise<void> } | null = null;

/** Sets the language of the player's controls. Must be done before they are rendered. */
export function playerLanguage(language: string): Promise<void> {
  if (current?.language !== language) current = { language, isReady: speak(language) };
  return current.isReady;
}

async function speak(language: string): Promise<void> {
  // Without these texts the player's controls are in English.
  const texts = await (LANGUAGES[language]?.() ?? Promise.resolve(En)).catch(() => En);
  // The accessible name of the button contains its visible text: `1x`.
  addTranslation(language, { ...texts, [RATE]: `${texts[RATE]}x` });
  setLanguage(language);
}
