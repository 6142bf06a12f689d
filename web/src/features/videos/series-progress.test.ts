import { describe, expect, it } from 'vitest';
import { NO_FACTS, NO_LANGUAGES } from '@/lib/facts.fixture';
import type { HistoryItem, Video } from '@/lib/models';
import { episodeToContinue } from './series-progress';

const episode = (season: number, number: number): Video => ({
  id: `${season}-${number}`,
  title: '',
  description: '',
  category: 'Drama',
  required_plan: 'free',
  duration: 600,
  poster: null,
  ...NO_FACTS,
  ...NO_LANGUAGES,
  published_at: null,
  series_id: 's',
  season,
  episode: number,
});
const seen = (season: number, number: number, progress: number, completed = false): HistoryItem => ({
  video: episode(season, number),
  progress,
  completed,
  last_watched_at: '2026-11-30T20:00:00Z',
});
const all = [episode(1, 1), episode(1, 2), episode(2, 1)];
const goOn = (...history: HistoryItem[]) => episodeToContinue(history, all)?.id ?? null;

describe('the episode at which a viewer continues a series', () => {
  it('is nowhere for who has seen nothing, or hardly begun', () => {
    expect(goOn()).toBeNull();
    expect(goOn(seen(1, 1, 3))).toBeNull();
  });

  it('is the episode that they are in, though a later one is watched', () => {
    expect(goOn(seen(1, 2, 300), seen(2, 1, 0, true))).toBe('1-2');
  });

  it('is the next one after an episode that is watched, over the end of a season', () => {
    expect(goOn(seen(1, 1, 0, true))).toBe('1-2');
    expect(goOn(seen(1, 2, 0, true), seen(1, 1, 0, true))).toBe('2-1');
  });

  it('goes over what is watched already, and over a glance at another episode', () => {
    expect(goOn(seen(1, 1, 0, true), seen(1, 2, 0, true))).toBe('2-1');
    expect(goOn(seen(2, 1, 5), seen(1, 1, 0, true))).toBe('1-2');
  });

  it('is nowhere after the last episode', () => {
    expect(goOn(seen(2, 1, 0, true))).toBeNull();
  });
});
