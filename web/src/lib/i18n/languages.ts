import languages from './languages.json';

const KEY = 'marquee.language';

/** The languages of the app, each by its own name. */
export const LANGUAGES: Record<string, string> = languages.offered;

/** The language that the viewer chose in this browser. */
export function keptLanguage(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function keepLanguage(language: string): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
