// The names of countries and languages, in the viewer's language.
import { locale } from './format';

/** `Norway` for `NO`. */
export function countryName(code: string): string {
  return nameOf('region', code);
}

/** `German` for `de`. */
export function languageName(tag: string): string {
  return nameOf('language', tag);
}

function nameOf(type: 'region' | 'language', code: string): string {
  try {
    const name = new Intl.DisplayNames(locale(), { type }).of(code) ?? code;
    // In running text these names have no capital in many languages, but here each one stands alone.
    return name.charAt(0).toLocaleUpperCase(locale()) + name.slice(1);
  } catch {
    // A file may name its language in any way.
    return code;
  }
}
