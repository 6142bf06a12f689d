import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '../api';

export const videoQuery = (id: string) =>
  queryOptions({
    queryKey: ['video', id],
    queryFn: ({ signal }) => data(api.GET('/api/videos/{id}', { params: { path: { id } }, signal })),
    // Access and progress change elsewhere; what the route asked for a moment ago is what its page shows.
    staleTime: 2_000,
  });

/** How often a read is repeated, where that is not as everywhere. */
interface Patience {
  retry: (failures: number, error: unknown) => boolean;
  retryDelay: (failures: number, error: unknown) => number;
}

/** A video as its viewer sees it: whether it plays, how far they are. */
export function useVideo(id: string | undefined, patience?: Patience) {
  return useQuery({ ...videoQuery(id ?? ''), ...patience, enabled: id !== undefined });
}
