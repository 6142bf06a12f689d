import { storedText } from '../stored';
import languages from './languages.json';

/** The languages of the app, each by its own name. */
export const LANGUAGES: Record<string, string> = languages.offered;

const kept = storedText('marquee.language');

/** The language that the viewer chose in this browser. */
export const keptLanguage = kept.get;
export const keepLanguage = kept.set;
