import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import { ApiError } from '@/lib/errors/api-error';
import type { AdminVideo } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import type { KeyPrefix } from '@/lib/queries/keys';

const REFETCH_EVERY = 2000;
const PAGE = 100;

export const anyVideoQuery = (id: string) =>
  queryOptions({
    queryKey: ['all-videos', 'one', id],
    queryFn: ({ signal }) => find(id, signal),
    staleTime: 5_000,
    refetchInterval: ({ state }) => (isProcessing(state.data) ? REFETCH_EVERY : false),
  });

/** Whether a file of the video is being uploaded or encoded, or Mux is reading captions. */
function isProcessing(video: AdminVideo | undefined): boolean {
  const awaitsCaptions = video?.captions.some(({ status }) => status === 'preparing') ?? false;
  return video?.status === 'processing' || video?.replacement?.status === 'processing' || awaitsCaptions;
}

/** A video as operators see it; refetched while it is processing. */
export function useAnyVideo(id: string) {
  return useQuery(anyVideoQuery(id));
}

/** Shows the video that a change returned, and refetches the audit log and other lists that the change affects. */
export function useShowChanged(id: string, ...lists: KeyPrefix[]) {
  const client = useQueryClient();
  return (video: AdminVideo) => {
    client.setQueryData(anyVideoQuery(id).queryKey, video);
    invalidate(client, ...lists, ['audit']);
  };
}

/** Looks for a video in the operators' list, newest first: the API returns single videos only to viewers. */
async function find(id: string, signal: AbortSignal): Promise<AdminVideo> {
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await page(api.GET('/api/admin/videos', { params: { query: { limit: PAGE, cursor } }, signal }));
    const found = items.find((video) => video.id === id);
    if (found) return found;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
  throw new ApiError('NOT_FOUND', 'The video was not found.');
}
