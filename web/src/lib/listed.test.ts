import { describe, expect, it } from 'vitest';
import { NO_FACTS, NO_LANGUAGES } from './facts.fixture';
import { withListed } from './listed';
import type { WatchlistItem, Page, Video } from './models';

const video = (id: string): Video => ({
  id,
  title: id,
  description: '',
  category: 'Drama',
  required_plan: 'free',
  duration: 60,
  poster: null,
  ...NO_FACTS,
  ...NO_LANGUAGES,
  published_at: null,
});
const page = (ids: string[], next_cursor: string | null = null): Page<WatchlistItem> => ({
  items: ids.map((id) => ({ video: video(id), added_at: '2026-11-30T20:00:00Z' })),
  next_cursor,
});
const ids = (pages: Page<WatchlistItem>[]) => pages.map(({ items }) => items.map((item) => item.video.id));

describe('the pages of a list', () => {
  const pages = [page(['a', 'b'], 'next'), page(['c'])];

  it('show what is added first of all, and keep where they go on', () => {
    const added = withListed(pages, video('d'), true);
    expect(ids(added)).toEqual([['d', 'a', 'b'], ['c']]);
    expect(added[0]?.next_cursor).toBe('next');
  });

  it('are without what is taken off, on whichever page it stands', () => {
    expect(ids(withListed(pages, video('c'), false))).toEqual([['a', 'b'], []]);
  });

  it('show nothing twice, and stay as they are where there is nothing to take off', () => {
    expect(ids(withListed(pages, video('b'), true))).toEqual([['a', 'b'], ['c']]);
    expect(ids(withListed(pages, video('x'), false))).toEqual([['a', 'b'], ['c']]);
  });
});
