import { TextArea, TextField } from '@/components/field';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { Segments } from '@/components/segments';
import { SuggestField } from '@/components/suggest-field';
import type { AdminVideo, RequiredPlan } from '@/lib/models';
import type { useForm } from '@/lib/use-form';
import { useCategories } from './use-categories';
import styles from './video-form.module.css';

const PLANS: { value: RequiredPlan; label: string }[] = [
  { value: 'free', label: 'Free' },
  { value: 'basic', label: 'Basic' },
  { value: 'premium', label: 'Premium' },
];

// What the service takes.
const TITLE_LENGTH_MAX = 200;
const DESCRIPTION_LENGTH_MAX = 5000;
const CATEGORY_LENGTH_MAX = 50;
const NUMBER_MAX = 9999;

export type VideoField = 'title' | 'category' | 'required_plan' | 'description' | 'series_id' | 'season' | 'episode' | 'credits_at';

/** What the form begins with. */
export function initialVideo(video?: AdminVideo): Record<VideoField, string> {
  return {
    title: video?.title ?? '',
    category: video?.category ?? '',
    required_plan: video?.required_plan ?? 'basic',
    description: video?.description ?? '',
    series_id: video?.series_id ?? '',
    season: video?.season?.toString() ?? '',
    episode: video?.episode?.toString() ?? '',
    credits_at: video?.credits_at?.toString() ?? '',
  };
}

export function videoIssues(values: Record<VideoField, string>): Partial<Record<VideoField, string>> {
  return {
    title: lineIssue(values.title, 'Give it a title', TITLE_LENGTH_MAX),
    category: lineIssue(values.category, 'Say on which shelf it stands', CATEGORY_LENGTH_MAX),
    description: Array.from(values.description).length > DESCRIPTION_LENGTH_MAX ? `Use at most ${DESCRIPTION_LENGTH_MAX} characters` : undefined,
    season: numberIssue(values.season, values.series_id),
    episode: numberIssue(values.episode, values.series_id),
    credits_at: values.credits_at.trim() === '' || Number(values.credits_at) >= 0 ? undefined : 'Give the seconds from the start',
  };
}

/** The form's values as the API takes them. */
export function videoBody(values: Record<VideoField, string>) {
  const number = (value: string) => (value.trim() === '' ? null : Number(value));
  return {
    title: values.title.trim(),
    category: values.category.trim(),
    required_plan: PLANS.find(({ value }) => value === values.required_plan)?.value ?? 'basic',
    description: values.description.trim(),
    series_id: values.series_id.trim() || null,
    season: number(values.season),
    episode: number(values.episode),
    credits_at: number(values.credits_at),
  };
}

function lineIssue(value: string, missing: string, length_max: number): string | undefined {
  if (value.trim() === '') return missing;
  return Array.from(value.trim()).length > length_max ? `Use at most ${length_max} characters` : undefined;
}

function numberIssue(value: string, series_id: string): string | undefined {
  if (value.trim() === '') return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > NUMBER_MAX) return `A whole number from 1 to ${NUMBER_MAX}`;
  return series_id.trim() === '' ? 'Needs a series' : undefined;
}

/** The fields of a video, for a new one and for one that is edited. */
export function VideoFields({ form }: { form: ReturnType<typeof useForm<VideoField>> }) {
  const categories = useCategories();
  const { values, field, set } = form;
  const isEpisode = values.series_id !== '' || values.season !== '' || values.episode !== '' || values.credits_at !== '';
  return (
    <>
      <TextField {...field('title')} label="Title" maxLength={TITLE_LENGTH_MAX} autoComplete="off" />
      <TextArea {...field('description')} label="Description" rows={5} hint="What it is about, for who has not seen it." />
      <SuggestField
        {...field('category')}
        label="Category"
        maxLength={CATEGORY_LENGTH_MAX}
        suggestions={categories.data?.map(({ category }) => category) ?? []}
        hint="The shelf it stands on; a new one is made by its name."
        onChange={(value) => set('category', value)}
      />
      <div className={styles.choice}>
        <span className={styles.label} aria-hidden="true">
          What it asks of its viewer
        </span>
        <div>
          <Segments label="What it asks of its viewer" value={videoBody(values).required_plan} options={PLANS} onChange={(plan) => set('required_plan', plan)} />
        </div>
      </div>
      <details className={styles.more} open={isEpisode || undefined}>
        <summary className={styles.summary}>
          <Icon name={MORE_ICONS.down} size={18} />
          Series and credits
        </summary>
        <div className={styles.fields}>
          <TextField {...field('series_id')} label="Series" autoComplete="off" spellCheck={false} hint="The id of the series that it is an episode of." />
          <div className={styles.pair}>
            <TextField {...field('season')} label="Season" inputMode="numeric" autoComplete="off" />
            <TextField {...field('episode')} label="Episode" inputMode="numeric" autoComplete="off" />
          </div>
          <TextField {...field('credits_at')} label="Credits start at" inputMode="decimal" autoComplete="off" hint="Seconds from the start: from there on it counts as watched." />
        </div>
      </details>
    </>
  );
}
