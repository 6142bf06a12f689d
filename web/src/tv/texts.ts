// The texts of the television's app: one catalogue per language.
import { i18n } from '@lingui/core';
import type { Messages } from '@lingui/core';
import { chooseLanguage, chooseLocale } from '@/lib/i18n/choose';
import { LANGUAGES, keptLanguage } from '@/lib/i18n/languages';

const files = import.meta.glob<{ messages: Messages }>('./locales/*.po');

// A message without a text would be shown as its id. Log it, so that the browser tests fail.
i18n.on('missing', ({ id }) => {
  console.error(`No text for the message ${id}`);
});

/** Loads the texts in a language; without one, in the language chosen on this device, or else in the browser's. */
export async function showLanguage(chosen: string | null = keptLanguage()): Promise<void> {
  const language = chooseLanguage(chosen, navigator.languages, Object.keys(LANGUAGES));
  const load = files[`./locales/${language}.po`];
  if (!load) throw new Error(`There are no messages in ${language}`);
  const { messages } = await load();
  i18n.load(language, messages);
  i18n.activate(language, chooseLocale(language, navigator.languages));
  document.documentElement.lang = language;
}
