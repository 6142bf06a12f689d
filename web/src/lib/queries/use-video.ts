import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '../api';

export const videoQuery = (id: string) =>
  queryOptions({
    queryKey: ['video', id],
    queryFn: ({ signal }) => data(api.GET('/api/videos/{id}', { params: { path: { id } }, signal })),
    // Access and progress change elsewhere. Data that the route has just requested is fresh enough for its page.
    staleTime: 2_000,
  });

/** The retries of this read, if they differ from the default. */
interface RetryOptions {
  retry: (failures: number, error: unknown) => boolean;
  retryDelay: (failures: number, error: unknown) => number;
}

/** A video with the viewer's access and position. */
export function useVideo(id: string | undefined, retries?: RetryOptions) {
  return useQuery({ ...videoQuery(id ?? ''), ...retries, enabled: id !== undefined });
}
