import { describe, expect, it } from 'vitest';
import { nextEpisode } from './next-episode';

const episode = (season: number, number: number) => ({ id: `${season}-${number}`, season, episode: number });

describe('nextEpisode', () => {
  it('finds the next episode in an unsorted list and in the next season', () => {
    const all = [episode(2, 1), episode(1, 3), episode(1, 1), episode(1, 2)];
    expect(nextEpisode(episode(1, 1), all)?.id).toBe('1-2');
    expect(nextEpisode(episode(1, 3), all)?.id).toBe('2-1');
    expect(nextEpisode(episode(2, 1), all)).toBeNull();
  });

  it('skips missing numbers', () => {
    expect(nextEpisode(episode(1, 1), [episode(1, 1), episode(1, 4)])?.id).toBe('1-4');
  });
});
