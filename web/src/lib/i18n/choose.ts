/** The language to show pages in: the viewer's choice, else the first that their browser asks for, else the first offered. */
export function chooseLanguage(choice: string | null, asked: readonly string[], offered: readonly string[]): string {
  for (const tag of choice === null ? asked : [choice, ...asked]) {
    const language = primary(tag);
    if (offered.includes(language)) return language;
  }
  return offered[0] ?? 'en';
}

/** The locale to write dates, numbers and money in: the viewer's own region where they read this language, else the language's. */
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
