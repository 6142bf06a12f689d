// The texts of the app in the current language. A catalogue is loaded with the pages that need it, and in a second language only
// if the viewer switches.
import { i18n } from '@lingui/core';
import type { Messages } from '@lingui/core';
import { useSyncExternalStore } from 'react';
import { chooseLanguage, chooseLocale } from './choose';
import { LANGUAGES, keepLanguage, keptLanguage } from './languages';

/** `first` has the texts of the first pages, `viewer` those of the other viewers' pages, `admin` those of the operators' pages. */
export type Catalogue = 'first' | 'viewer' | 'admin';

const files = import.meta.glob<{ messages: Messages }>('../../locales/*/*.po');
/** Code that is loaded with a catalogue because it consists of its texts. */
const CODE: Partial<Record<Catalogue, () => Promise<unknown>>> = { viewer: () => import('../errors/explanations') };
const wanted = new Set<Catalogue>();
/** The last choice wins, whichever language has loaded first. */
let choices = 0;

// A message that is in no loaded catalogue would be shown as its id. Log it, so that the browser tests fail.
i18n.on('missing', ({ id }) => {
  console.error(`No text for the message ${id}`);
});

let started: Promise<void> | null = null;

/** Loads the texts of the first page in the viewer's language, once. */
export function startLanguage(): Promise<void> {
  started ??= show(chooseLanguage(keptLanguage(), navigator.languages, Object.keys(LANGUAGES)));
  return started;
}

/** Shows the app in another language. */
export async function setLanguage(language: string): Promise<void> {
  keepLanguage(language);
  await show(language);
}

/** Loads the texts of more pages. */
export async function needCatalogue(name: Catalogue): Promise<void> {
  if (wanted.has(name)) return;
  // The router loads the first page's code before anything is rendered.
  await startLanguage();
  const language = i18n.locale;
  const [messages] = await Promise.all([messagesOf(language, name), CODE[name]?.()]);
  i18n.load(language, messages);
  wanted.add(name);
  // The language has changed while they were loading.
  if (i18n.locale !== language) await show(i18n.locale);
}

/** Loads code together with its texts. */
export function withTexts<Code>(name: Catalogue, load: () => Promise<Code>): () => Promise<Code> {
  return async () => (await Promise.all([load(), needCatalogue(name)]))[0];
}

/** The current language of the app. */
export function useLanguage(): string {
  return useSyncExternalStore(
    (listener) => i18n.on('change', listener),
    () => i18n.locale,
  );
}

async function show(language: string): Promise<void> {
  wanted.add('first');
  choices += 1;
  const choice = choices;
  const parts = await Promise.all([...wanted].map((name) => messagesOf(language, name)));
  if (choice !== choices) return;
  i18n.load(language, Object.assign({}, ...parts) as Messages);
  i18n.activate(language, chooseLocale(language, navigator.languages));
  document.documentElement.lang = language;
}

async function messagesOf(language: string, name: Catalogue): Promise<Messages> {
  const load = files[`../../locales/${language}/${name}.po`];
  if (!load) throw new Error(`There are no messages of ${name} in ${language}`);
  return (await load()).messages;
}
