import { t } from '@lingui/core/macro';
import { TextArea, TextField } from '@/components/field';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { SuggestField } from '@/components/suggest-field';
import { lengthIssue } from '@/lib/fields';
import type { AdminVideo } from '@/lib/models';
import { countryName } from '@/lib/names';
import type { useForm } from '@/lib/use-form';
import { COUNTRIES } from './countries';
import type { VideoField } from './video-form';
import styles from './video-form.module.css';

// The API's limits.
const YEAR_MIN = 1870;
const YEAR_MAX = 2100;
const RATING_LENGTH_MAX = 20;
const NAME_LENGTH_MAX = 80;
const TAG_LENGTH_MAX = 40;
const DIRECTORS_MAX = 10;
const CAST_MAX = 30;
const TAGS_MAX = 20;

export type FactField = 'year' | 'country' | 'age_rating' | 'directors' | 'actors' | 'tags';

/** The form's initial values. Lists are texts with commas. */
export function initialFacts(video?: AdminVideo): Record<FactField, string> {
  return {
    year: video?.year?.toString() ?? '',
    country: video?.country ? countryName(video.country) : '',
    age_rating: video?.age_rating ?? '',
    directors: video?.directors.join(', ') ?? '',
    actors: video?.actors.join(', ') ?? '',
    tags: video?.tags.join(', ') ?? '',
  };
}

export function factIssues(values: Record<FactField, string>): Partial<Record<FactField, string>> {
  return {
    year: yearIssue(values.year),
    country: values.country.trim() !== '' && countryOf(values.country) === null ? t`Choose a country from the list` : undefined,
    age_rating: lengthIssue(values.age_rating.trim(), RATING_LENGTH_MAX),
    directors: listIssue(values.directors, DIRECTORS_MAX, NAME_LENGTH_MAX),
    actors: listIssue(values.actors, CAST_MAX, NAME_LENGTH_MAX),
    tags: listIssue(values.tags, TAGS_MAX, TAG_LENGTH_MAX),
  };
}

/** The values as the API takes them. */
export function factBody(values: Record<FactField, string>) {
  return {
    year: values.year.trim() === '' ? null : Number(values.year),
    country: countryOf(values.country),
    age_rating: values.age_rating.trim() || null,
    directors: listOf(values.directors),
    actors: listOf(values.actors),
    tags: listOf(values.tags),
  };
}

/** The code of a country that was typed by its name or its code. */
export function countryOf(typed: string): string | null {
  const bare = (text: string) => text.trim().toLocaleLowerCase();
  return COUNTRIES.find((code) => bare(code) === bare(typed) || bare(countryName(code)) === bare(typed)) ?? null;
}

/** The names in a text with commas or lines. */
export function listOf(typed: string): string[] {
  const names = typed.split(/[,\n]/).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

function yearIssue(value: string): string | undefined {
  const [year, min, max] = [Number(value), YEAR_MIN, YEAR_MAX];
  if (value.trim() === '' || (Number.isInteger(year) && year >= min && year <= max)) return undefined;
  return t`Enter a year from ${min} to ${max}`;
}

function listIssue(typed: string, max: number, length_max: number): string | undefined {
  const names = listOf(typed);
  if (names.length > max) return t`Enter at most ${max}`;
  return names.map((name) => lengthIssue(name, length_max)).find((issue) => issue !== undefined);
}

/** The fields of who made a film, when, where and for whom. */
export function FactFields({ form }: { form: ReturnType<typeof useForm<VideoField>> }) {
  const { values, field, set } = form;
  const isOpen = (['year', 'country', 'age_rating', 'directors', 'actors', 'tags'] as const).some((name) => values[name] !== '');
  const commas = t`Separate names with commas.`;
  return (
    <details className={styles.more} open={isOpen || undefined}>
      <summary className={styles.summary}>
        <Icon name={MORE_ICONS.down} size={18} />
        {t`Cast, country and tags`}
      </summary>
      <div className={styles.fields}>
        <div className={styles.pair}>
          <TextField {...field('year')} label={t`Year`} inputMode="numeric" autoComplete="off" />
          <TextField {...field('age_rating')} label={t`Age rating`} maxLength={RATING_LENGTH_MAX} autoComplete="off" />
        </div>
        <SuggestField
          {...field('country')}
          label={t`Country`}
          suggestions={COUNTRIES.map(countryName).toSorted((one, other) => one.localeCompare(other))}
          onChange={(value) => set('country', value)}
        />
        <TextArea {...field('directors')} label={t`Directors`} rows={1} hint={commas} />
        <TextArea {...field('actors')} label={t`Cast`} rows={3} hint={t`The most important names first. Separate them with commas.`} />
        <TextArea
          {...field('tags')}
          label={t`Tags`}
          rows={2}
          hint={t`Moods and subjects, separated by commas. Viewers can search for them.`}
        />
      </div>
    </details>
  );
}
