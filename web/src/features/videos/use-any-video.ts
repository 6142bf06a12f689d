import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import { ApiError } from '@/lib/errors/api-error';
import type { AdminVideo } from '@/lib/models';

const LOOK_EVERY = 2000;
const PAGE = 100;

export const anyVideoQuery = (id: string) =>
  queryOptions({
    queryKey: ['all-videos', 'one', id],
    queryFn: ({ signal }) => find(id, signal),
    staleTime: 5_000,
    refetchInterval: ({ state }) => (state.data?.status === 'processing' ? LOOK_EVERY : false),
  });

/** A video as operators see it; looked at again while it is on its way. */
export function useAnyVideo(id: string) {
  return useQuery(anyVideoQuery(id));
}

/** The service tells of single videos to viewers only, so it is looked for in the list, where the newest come first. */
async function find(id: string, signal: AbortSignal): Promise<AdminVideo> {
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await page(api.GET('/api/admin/videos', { params: { query: { limit: PAGE, cursor } }, signal }));
    const found = items.find((video) => video.id === id);
    if (found) return found;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
  throw new ApiError('NOT_FOUND', 'There is no such video.');
}
