import { describe, expect, it } from 'vitest';
import { NO_FACTS, NO_LANGUAGES } from '@/lib/facts.fixture';
import type { Series, Video } from '@/lib/models';
import { cards, cardsOfEach, extent } from './cards';

const video = (id: string, series_id?: string, episode?: number): Video => ({
  id,
  title: id,
  description: '',
  category: 'Drama',
  required_plan: 'premium',
  duration: 60,
  poster: null,
  ...NO_FACTS,
  ...NO_LANGUAGES,
  published_at: null,
  ...(series_id && { series_id, season: 1, episode }),
});

const series: Series = {
  id: 's',
  title: 'Harbour Nine',
  description: '',
  category: 'Drama',
  poster: null,
  ...NO_FACTS,
  required_plan: 'free',
  first_video_id: 'e1',
  seasons: [{ season: 1, episodes: 4 }],
};

describe('cards of a list', () => {
  it('show a series once, instead of its episodes in the list', () => {
    const shown = cards([video('finale', 's', 4), video('film'), video('third', 's', 3)], new Map([['s', series]]));
    expect(shown.map(({ video: { title }, to }) => [title, to])).toEqual([
      ['Harbour Nine', '/series/s'],
      ['film', undefined],
    ]);
    expect(shown[0]?.video).toMatchObject({ id: 'e1', required_plan: 'free', duration: null, episode: null });
  });

  it('keep an episode whose series is unknown', () => {
    expect(cards([video('lost', 'other', 2)], new Map()).map((card) => card.video.id)).toEqual(['lost']);
  });

  it('of a viewer’s own list show each video, and its series for the first episode', () => {
    const shown = cardsOfEach([video('e1', 's', 1), video('e2', 's', 2), video('film')], new Map([['s', series]]));
    expect(shown.map(({ video: { id, title }, to }) => [id, title, to])).toEqual([
      ['e1', 'Harbour Nine', '/series/s'],
      ['e2', 'e2', undefined],
      ['film', 'film', undefined],
    ]);
  });

  it('name the number of seasons or episodes', () => {
    const of = (...episodes: number[]) =>
      extent({ ...series, seasons: episodes.map((count, at) => ({ season: at + 1, episodes: count })) });
    expect([of(1), of(4), of(4, 2), of()]).toEqual(['1 episode', '4 episodes', '2 seasons', '0 episodes']);
  });
});
