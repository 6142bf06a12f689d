import { t } from '@lingui/core/macro';
import { TextArea, TextField } from '@/components/field';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { Segments } from '@/components/segments';
import { SuggestField } from '@/components/suggest-field';
import { lengthIssue } from '@/lib/fields';
import type { AdminVideo, RequiredPlan } from '@/lib/models';
import { planName } from '@/lib/nouns';
import type { useForm } from '@/lib/use-form';
import { useCategories } from '@/lib/queries/use-categories';
import { FactFields, factBody, factIssues, initialFacts } from './facts-fields';
import type { FactField } from './facts-fields';
import { useEverySeries } from './use-every-series';
import styles from './video-form.module.css';

const PLANS: RequiredPlan[] = ['free', 'basic', 'premium'];

// The API's limits.
const TITLE_LENGTH_MAX = 200;
const DESCRIPTION_LENGTH_MAX = 5000;
const CATEGORY_LENGTH_MAX = 50;
const NUMBER_MAX = 9999;
const SECONDS_MAX = 86_400;

export type VideoField =
  'title' | 'category' | 'required_plan' | 'description' | 'series' | 'season' | 'episode' | 'credits_at' | FactField;

/** The form's initial values; `series` is the title of the video's series. */
export function initialVideo(video?: AdminVideo, series = ''): Record<VideoField, string> {
  return {
    title: video?.title ?? '',
    category: video?.category ?? '',
    required_plan: video?.required_plan ?? 'basic',
    description: video?.description ?? '',
    series,
    season: video?.season?.toString() ?? '',
    episode: video?.episode?.toString() ?? '',
    credits_at: video?.credits_at?.toString() ?? '',
    ...initialFacts(video),
  };
}

export function videoIssues(values: Record<VideoField, string>): Partial<Record<VideoField, string>> {
  return {
    title: lineIssue(values.title, t`Enter a title`, TITLE_LENGTH_MAX),
    category: lineIssue(values.category, t`Enter a category`, CATEGORY_LENGTH_MAX),
    description: lengthIssue(values.description, DESCRIPTION_LENGTH_MAX),
    series: lengthIssue(values.series.trim(), TITLE_LENGTH_MAX),
    season: numberIssue(values.season, values.series),
    episode: numberIssue(values.episode, values.series),
    credits_at: creditsIssue(values.credits_at),
    ...factIssues(values),
  };
}

/** The form's values as the API takes them; `series_id` comes from `useSeriesByName`. */
export function videoBody(values: Record<VideoField, string>, series_id: string | null) {
  const number = (value: string) => (value.trim() === '' ? null : Number(value));
  return {
    title: values.title.trim(),
    category: values.category.trim(),
    required_plan: PLANS.find((plan) => plan === values.required_plan) ?? 'basic',
    description: values.description.trim(),
    series_id,
    season: number(values.season),
    episode: number(values.episode),
    credits_at: number(values.credits_at),
    ...factBody(values),
  };
}

function lineIssue(value: string, missing: string, length_max: number): string | undefined {
  if (value.trim() === '') return missing;
  return lengthIssue(value.trim(), length_max);
}

function creditsIssue(value: string): string | undefined {
  if (value.trim() === '') return undefined;
  const seconds = Number(value);
  return seconds >= 1 && seconds <= SECONDS_MAX ? undefined : t`Enter the number of seconds from the start, or leave this empty`;
}

function numberIssue(value: string, series: string): string | undefined {
  if (value.trim() === '') return undefined;
  const [number, max] = [Number(value), NUMBER_MAX];
  if (!Number.isInteger(number) || number < 1 || number > max) return t`Enter a whole number from 1 to ${max}`;
  return series.trim() === '' ? t`Enter a series first` : undefined;
}

interface VideoFieldsProps {
  form: ReturnType<typeof useForm<VideoField>>;
  /** A trailer has only a title. */
  isTrailer?: boolean;
}

/** The fields of a new or existing video. */
export function VideoFields({ form, isTrailer = false }: VideoFieldsProps) {
  if (isTrailer) return <TitleField form={form} />;
  return <AllFields form={form} />;
}

function TitleField({ form }: Pick<VideoFieldsProps, 'form'>) {
  return <TextField {...form.field('title')} label={t`Title`} maxLength={TITLE_LENGTH_MAX} autoComplete="off" />;
}

function AllFields({ form }: Pick<VideoFieldsProps, 'form'>) {
  const categories = useCategories();
  const series = useEverySeries();
  const { values, field, set } = form;
  const isEpisode = values.series !== '' || values.season !== '' || values.episode !== '' || values.credits_at !== '';
  return (
    <>
      <TitleField form={form} />
      <TextArea {...field('description')} label={t`Description`} rows={5} hint={t`What the video is about, without spoilers.`} />
      <SuggestField
        {...field('category')}
        label={t`Category`}
        maxLength={CATEGORY_LENGTH_MAX}
        suggestions={categories.data?.map(({ category }) => category) ?? []}
        hint={t`The row that the video appears in. Enter a new name to create a category.`}
        onChange={(value) => set('category', value)}
      />
      <div className={styles.choice}>
        <span className={styles.label} aria-hidden="true">
          {t`Required plan`}
        </span>
        <div>
          <Segments
            label={t`Required plan`}
            value={videoBody(values, null).required_plan}
            options={PLANS.map((value) => ({ value, label: planName(value) }))}
            onChange={(plan) => set('required_plan', plan)}
          />
        </div>
      </div>
      <FactFields form={form} />
      <details className={styles.more} open={isEpisode || undefined}>
        <summary className={styles.summary}>
          <Icon name={MORE_ICONS.down} size={18} />
          {t`Series and credits`}
        </summary>
        <div className={styles.fields}>
          <SuggestField
            {...field('series')}
            label={t({ message: 'Series', context: 'singular' })}
            maxLength={TITLE_LENGTH_MAX}
            suggestions={series.data?.map(({ title }) => title) ?? []}
            hint={t`Enter a new name to create a series.`}
            onChange={(value) => set('series', value)}
          />
          <div className={styles.pair}>
            <TextField {...field('season')} label={t`Season`} inputMode="numeric" autoComplete="off" />
            <TextField {...field('episode')} label={t`Episode`} inputMode="numeric" autoComplete="off" />
          </div>
          <TextField
            {...field('credits_at')}
            label={t`Credits start at`}
            inputMode="decimal"
            autoComplete="off"
            hint={t`In seconds from the start. Viewers who reach this point have watched the video.`}
          />
        </div>
      </details>
    </>
  );
}
