// The keys of all cached API data. A key that is not in this list does not compile, so a misspelled key cannot leave data stale.
// The list is a type and adds nothing to the bundle.
import type { InvalidateQueryFilters, QueryClient } from '@tanstack/react-query';

type Key =
  | readonly ['all-videos', 'list', filter: object]
  | readonly ['all-videos', 'one', id: string]
  | readonly ['audit', filter: object]
  | readonly ['billing-events', filter: object]
  | readonly ['categories']
  | readonly ['change-preview', change: object | null]
  | readonly ['episodes', series: string | undefined]
  | readonly ['every-series']
  | readonly ['history', 'list']
  | readonly ['history', 'series', id: string]
  | readonly ['home']
  | readonly ['invoices']
  | readonly ['me']
  | readonly ['member', id: string]
  | readonly ['members', filter: object]
  | readonly ['metrics', days: number]
  | readonly ['payment', invoice: string]
  | readonly ['plans']
  | readonly ['playback', video: string]
  | readonly ['profiles']
  | readonly ['series', 'all']
  | readonly ['series', 'episodes', id: string, season: number]
  | readonly ['series', 'one', id: string]
  | readonly ['sessions']
  | readonly ['streams']
  | readonly ['subscription']
  | readonly ['subscription', 'return', checkout: string | undefined]
  | readonly ['title', 'one', id: string]
  | readonly ['title', 'related', id: string]
  | readonly ['video', id: string]
  | readonly ['tv-search', words: string]
  | readonly ['videos', filter: object]
  | readonly ['waiting-device', code: string | null]
  | readonly ['watchlist', 'list']
  | readonly ['watchlist', 'newest'];

declare module '@tanstack/react-query' {
  interface Register {
    queryKey: Key;
  }
}

/** The beginning of a key, which matches every key that begins with it. */
export type KeyPrefix = Exclude<NonNullable<InvalidateQueryFilters['queryKey']>, readonly []>;

/** Marks the data under these keys as stale. Data on the current page is refetched at once. */
export function invalidate(client: QueryClient, ...keys: KeyPrefix[]): void {
  for (const queryKey of keys) void client.invalidateQueries({ queryKey });
}
