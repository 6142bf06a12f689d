// The viewer's own lists as they last saw them, for when there is no network. They are in `localStorage`, like the session: writing is
// synchronous, so nothing can be written after the session has ended. docs/SECURITY.md says what is kept.
import { hashKey } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';
import { queryClient } from '../query-client';
import { viewerId } from '../session';
import { LISTS, forgetLists } from './forget';
import { withoutTokens } from './without-tokens';

/** The key of each list that is kept: home (with continue watching), my list, history, and the series that their cards name. */
const KEPT: readonly QueryKey[] = [['home'], ['watchlist', 'list'], ['history', 'list'], ['series', 'all']];
/** Changes within this time, in milliseconds, are written together. */
const WRITE_AFTER = 1000;

interface Kept {
  viewer: string;
  lists: { key: QueryKey; data: unknown; seen_at: number }[];
}

const HASHES = new Set(KEPT.map(hashKey));

/** Keeps the lists that the viewer sees from now on. */
export function keepLists(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keepSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(writeLists, WRITE_AFTER);
  };
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'success' && HASHES.has(event.query.queryHash)) keepSoon();
  });
  keepSoon();
  window.addEventListener('pagehide', writeLists);
}

/** Shows the kept lists. Returns when the viewer saw the oldest of them, in milliseconds; `null` if there are none of this viewer. */
export function restoreLists(): number | null {
  const kept = readLists();
  if (!kept) return null;
  for (const { key, data, seen_at } of kept.lists) queryClient.setQueryData(key, fromKept(data), { updatedAt: seen_at });
  return kept.lists.length > 0 ? Math.min(...kept.lists.map(({ seen_at }) => seen_at)) : null;
}

function writeLists(): void {
  const viewer = viewerId();
  if (viewer === null) return;
  const seen = KEPT.flatMap((key) => {
    const { data, dataUpdatedAt } = queryClient.getQueryState(key) ?? {};
    return data === undefined || !dataUpdatedAt ? [] : [{ key, data: toKept(data), seen_at: dataUpdatedAt }];
  });
  const hashes = new Set(seen.map(({ key }) => hashKey(key)));
  const earlier = readLists()?.lists.filter(({ key }) => !hashes.has(hashKey(key))) ?? [];
  try {
    localStorage.setItem(LISTS, JSON.stringify({ viewer, lists: [...earlier, ...seen] } satisfies Kept));
  } catch {
    // Without storage, or when it is full, there are no lists offline.
    forgetLists();
  }
}

function readLists(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(LISTS) ?? 'null') as Kept | null;
    return kept !== null && kept.viewer === viewerId() ? kept : null;
  } catch {
    return null;
  }
}

/** JSON has no maps. */
function toKept(data: unknown): unknown {
  return data instanceof Map ? { map: withoutTokens([...data]) } : withoutTokens(data);
}

function fromKept(data: unknown): unknown {
  const isMap = typeof data === 'object' && data !== null && 'map' in data;
  return isMap ? new Map(data.map as [unknown, unknown][]) : data;
}
