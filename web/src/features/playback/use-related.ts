import { useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { Video } from '@/lib/models';
import { maxAge } from '@/lib/queries/max-age';

/** How many films are offered at the end of a film. */
const OFFERED = 3;

/** The newest other films of a film's category, then the most popular ones. */
export function useRelated({ id, category, series_id }: Video): Video[] {
  const { data } = useQuery({
    queryKey: ['videos', { related: id }],
    queryFn: async ({ signal }) => {
      // Also enough if the list contains the film itself and all episodes of its series.
      const max_age = await maxAge();
      const list = (query: { category?: string; sort?: 'popular' }) =>
        page(api.GET('/api/videos', { params: { query: { ...query, max_age, limit: 20 } }, signal }));
      const lists = await Promise.all([list({ category }), list({ sort: 'popular' })]);
      const seen = new Set([id]);
      const others = lists.flatMap(({ items }) => items).filter((one) => !(one.series_id && one.series_id === series_id));
      return others.filter((one) => !seen.has(one.id) && seen.add(one.id)).slice(0, OFFERED);
    },
    staleTime: 60_000,
  });
  return data ?? [];
}
