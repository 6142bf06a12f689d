import { t } from '@lingui/core/macro';
import { Select } from '@/components/select';
import type { SpokenLanguage } from '@/lib/models';
import { languageName } from '@/lib/names';
import styles from './video-form.module.css';

/** The languages in which Mux generates captions. */
const SPOKEN_LANGUAGES: SpokenLanguage[] = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'nl',
  'pl',
  'sv',
  'da',
  'no',
  'fi',
  'cs',
  'sk',
  'hr',
  'ro',
  'bg',
  'el',
  'tr',
  'uk',
  'ru',
  'ca',
];

/** The languages to choose from, by their names. */
export const spokenLanguages = () => SPOKEN_LANGUAGES.map((value) => ({ value, label: languageName(value) }));

interface GeneratedCaptionsFieldProps {
  /** `none` for no captions. */
  value: SpokenLanguage | 'none';
  onChange: (value: SpokenLanguage | 'none') => void;
}

/** Whether Mux generates captions for a new file, and in which language. */
export function GeneratedCaptionsField({ value, onChange }: GeneratedCaptionsFieldProps) {
  return (
    <div className={styles.choice}>
      <Select
        label={t`Automatic captions`}
        value={value}
        options={[{ value: 'none', label: t`None` }, ...spokenLanguages()]}
        onChange={onChange}
      />
      <p className={styles.hint}>{t`Mux generates captions from the audio. Choose the language of the film.`}</p>
    </div>
  );
}
