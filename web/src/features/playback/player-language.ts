import { En } from 'media-chrome/dist/lang/en.js';
import type { TranslateDictionary } from 'media-chrome/dist/lang/en.js';
import { addTranslation, setLanguage } from 'media-chrome/dist/utils/i18n.js';

/** The controls' own texts, which their library brings: each is loaded when somebody watches in that language. */
const LANGUAGES: Record<string, () => Promise<TranslateDictionary>> = {
  en: () => Promise.resolve(En),
  de: async () => (await import('media-chrome/dist/lang/de.js')).De,
  fr: async () => (await import('media-chrome/dist/lang/fr.js')).Fr,
  es: async () => (await import('media-chrome/dist/lang/es.js')).Es,
};

const RATE = 'Playback rate {playbackRate}';

let current: { language: string; isReady: Promise<void> } | null = null;

/** Lets the player's controls speak a language; done before they are drawn. */
export function playerLanguage(language: string): Promise<void> {
  if (current?.language !== language) current = { language, isReady: speak(language) };
  return current.isReady;
}

async function speak(language: string): Promise<void> {
  // Without its own texts the player speaks English, and plays all the same.
  const texts = await (LANGUAGES[language]?.() ?? Promise.resolve(En)).catch(() => En);
  // A button is called by what is read on it: `1x`.
  addTranslation(language, { ...texts, [RATE]: `${texts[RATE]}x` });
  setLanguage(language);
}
