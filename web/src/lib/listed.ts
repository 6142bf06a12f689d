import type { WatchlistItem, Page, Video } from './models';

/** The pages of a list with a video added at the front, or removed. A video that is already listed keeps its place. */
export function withListed(pages: Page<WatchlistItem>[], video: Video, isListed: boolean, now = new Date()): Page<WatchlistItem>[] {
  const holds = ({ items }: Page<WatchlistItem>) => items.some((item) => item.video.id === video.id);
  if (!isListed) return pages.map((page) => ({ ...page, items: page.items.filter((item) => item.video.id !== video.id) }));
  if (pages.some(holds)) return pages;
  return pages.map((page, at) => (at === 0 ? { ...page, items: [{ video, added_at: now.toISOString() }, ...page.items] } : page));
}
