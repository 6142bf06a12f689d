import { useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';

/** The trailers of a film or series, published or not, newest first. */
export function useTrailers(title: string) {
  return useQuery({
    queryKey: ['all-videos', 'list', { trailer_of: title }],
    queryFn: async ({ signal }) => {
      const query = { trailer_of: title, limit: 100 };
      return (await page(api.GET('/api/admin/videos', { params: { query }, signal }))).items;
    },
    staleTime: 5_000,
  });
}
