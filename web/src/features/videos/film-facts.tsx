import { plural, t } from '@lingui/core/macro';
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { ageRating } from '@/lib/age-rating';
import { Link } from '@/lib/router/link';
import type { Series, Video } from '@/lib/models';
import { countryName, languageName } from '@/lib/names';
import styles from './film-facts.module.css';

type Facts = Pick<Series, 'year' | 'country' | 'age_rating' | 'directors' | 'actors' | 'tags'>;
type Languages = Pick<Video, 'audio_languages' | 'caption_languages'>;

interface FilmFactsProps {
  /** The heading. */
  title: string;
  of: Facts & Partial<Languages>;
}

/** The year and the age rating, for the line below a title. */
export function releaseNote({ year, age_rating }: Pick<Facts, 'year' | 'age_rating'>): string | undefined {
  return [year, age_rating && ageRating(age_rating)].filter(Boolean).join(' · ') || undefined;
}

/** Who made a title, when, where and for whom. Names and tags link to a search. Renders nothing without any facts. */
export function FilmFacts({ title, of }: FilmFactsProps) {
  const { directors, actors, tags, audio_languages = [], caption_languages = [] } = of;
  const facts: (readonly [name: string, value: ReactNode])[] = [];
  if (directors.length > 0)
    facts.push([plural(directors.length, { one: 'Director', other: 'Directors' }), <Names key="d" of={directors} />]);
  if (actors.length > 0) facts.push([t`Cast`, <Names key="c" of={actors} />]);
  if (of.year || of.country) facts.push([t`Released`, [of.year, of.country && countryName(of.country)].filter(Boolean).join(' · ')]);
  if (of.age_rating) facts.push([t`Age rating`, ageRating(of.age_rating)]);
  if (audio_languages.length > 0) facts.push([t`Audio`, audio_languages.map(languageName).join(', ')]);
  if (caption_languages.length > 0) facts.push([t`Captions`, caption_languages.map(languageName).join(', ')]);
  if (facts.length === 0 && tags.length === 0) return null;
  return (
    <section className={styles.facts} aria-labelledby="film-facts">
      <h2 id="film-facts" className={styles.title}>
        {title}
      </h2>
      <dl className={styles.list}>
        {facts.map(([name, value]) => (
          <div key={name} className={styles.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {tags.length > 0 && (
        <ul className={styles.tags} aria-label={t`Tags`}>
          {tags.map((tag) => (
            <li key={tag}>
              <Link to={searchFor(tag)} className={styles.tag}>
                {tag}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Names({ of }: { of: string[] }) {
  return of.map((name, at) => (
    <Fragment key={name}>
      {at > 0 && ', '}
      <Link to={searchFor(name)} className={styles.name}>
        {name}
      </Link>
    </Fragment>
  ));
}

const searchFor = (text: string) => `/browse?q=${encodeURIComponent(text)}`;
