import { useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { AdminVideo } from '@/lib/models';
import { anyVideoQuery } from './use-any-video';
import { useEverySeries } from './use-every-series';

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

/** The film or series that a trailer belongs to; `null` until it is known. */
export function useTitleOfTrailer({ trailer_of }: AdminVideo): { title: string; page: string; operatorPage: string } | null {
  const every = useEverySeries();
  const series = every.data?.find(({ id }) => id === trailer_of);
  const isOfFilm = Boolean(trailer_of) && every.data !== undefined && !series;
  const film = useQuery({ ...anyVideoQuery(trailer_of ?? ''), enabled: isOfFilm });
  if (series) return { title: series.title, page: `/series/${series.id}`, operatorPage: '/admin/series' };
  if (!isOfFilm || !film.data) return null;
  return { title: film.data.title, page: `/videos/${film.data.id}`, operatorPage: `/admin/videos/${film.data.id}` };
}
