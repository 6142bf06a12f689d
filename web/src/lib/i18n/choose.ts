/** The language of the pages: the viewer's choice, or else the browser's first language that is offered, or else the first offered. */
export function chooseLanguage(choice: string | null, asked: readonly string[], offered: readonly string[]): string {
  for (const tag of choice === null ? asked : [choice, ...asked]) {
    const language = primary(tag);
    if (offered.includes(language)) return language;
  }
  return offered[0] ?? 'en';
}

/** The locale of dates, numbers and money: the viewer's regional variant of this language, or else the language itself. */
export function chooseLocale(language: string, asked: readonly string[]): string {
  return asked.find((tag) => primary(tag) === language && isLocale(tag)) ?? language;
}

function primary(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? '';
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
