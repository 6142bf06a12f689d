import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, page } from '@/lib/api';
import { maxAge } from '@/lib/queries/max-age';
import type { ScreenProps } from './app';
import { Group, Item, useOnce } from './focus';
import { Grid } from './grid';

const KEYS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789');
/** In milliseconds. Letters are chosen one after another, so not each of them is searched for. */
const SEARCHED_AFTER = 400;
const WORDS_MAX = 60;
const FOUND_MAX = 24;

/** Searches with a keyboard on the screen. */
export function SearchScreen({ focusKey, isVisible }: ScreenProps) {
  const [words, setWords] = useState('');
  const wanted = useLater(words.trim());
  const found = useQuery({
    queryKey: ['tv-search', wanted],
    queryFn: async ({ signal }) => {
      const query = { q: wanted, max_age: await maxAge(), limit: FOUND_MAX };
      return page(api.GET('/api/videos', { params: { query }, signal }));
    },
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  });
  useOnce(isVisible, () => void setFocus(`${focusKey}-key-a`));
  const type = (letter: string) => setWords((before) => (before + letter).slice(0, WORDS_MAX));
  const items = wanted === '' ? [] : (found.data?.items ?? []);
  const videos = wanted === '' || items.length > 0 ? items : (found.data?.suggestions ?? []);
  return (
    <div className="search">
      <div className="keyboard">
        <h1>{t`Search`}</h1>
        <p className="words" role="status">
          {words || <span className="faint">{t`Titles, people, genres`}</span>}
        </p>
        <Group focusKey={`${focusKey}-keyboard`} className="keys" label={t`Keyboard`}>
          {KEYS.map((letter) => (
            <Item key={letter} focusKey={`${focusKey}-key-${letter}`} className="key" onPress={() => type(letter)}>
              {letter}
            </Item>
          ))}
          <Item className="key wide" onPress={() => type(' ')}>
            {t`Space`}
          </Item>
          <Item className="key wide" onPress={() => setWords((before) => before.slice(0, -1))}>
            {t`Delete`}
          </Item>
          <Item className="key wide" onPress={() => setWords('')}>
            {t({ message: 'Clear', context: 'everything typed' })}
          </Item>
        </Group>
      </div>
      <div className="results">
        {wanted !== '' && found.data && items.length === 0 && (
          <p role="status">{videos.length > 0 ? t`Nothing found for “${wanted}”. Did you mean:` : t`Nothing found for “${wanted}”.`}</p>
        )}
        {found.error && <p role="alert">{t`The search isn’t responding. Keep typing to try again.`}</p>}
        {videos.length > 0 && <Grid name={`${focusKey}-found`} videos={videos} label={t`Results`} />}
      </div>
    </div>
  );
}

function useLater(value: string): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), SEARCHED_AFTER);
    return () => clearTimeout(timer);
  }, [value]);
  return later;
}
