import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { api, data } from '../api';
import { sentence } from '../errors/explain';
import { withListed } from '../listed';
import type { Video } from '../models';
import { notify } from '../notify';
import { invalidate } from './keys';
import { newestListedQuery, watchlistQuery } from './use-watchlist';
import { videoQuery } from './use-video';

interface WatchlistChange {
  video: Video;
  isListed: boolean;
}

/**
 * Adds a video to the viewer's list or removes it. The page changes at once, and changes back if the service refuses. Changes run one
 * after another, so the last one wins.
 */
export function useSetListed() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ['watchlist'],
    scope: { id: 'watchlist' },
    mutationFn: async ({ video, isListed }: WatchlistChange) => {
      const params = { path: { video_id: video.id } };
      await data(isListed ? api.PUT('/api/watchlist/{video_id}', { params }) : api.DELETE('/api/watchlist/{video_id}', { params }));
    },
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey: ['watchlist'] });
      show(client, change);
    },
    onError: (error, { video, isListed }) => {
      show(client, { video, isListed: !isListed });
      notify(sentence(error), 'failed');
    },
    onSettled: (_, __, { video }) => {
      // Refetches only after the last change; an earlier response would show an outdated state.
      if (client.isMutating({ mutationKey: ['watchlist'] }) > 1) return;
      invalidate(client, ['watchlist'], ['video', video.id], ['home']);
    },
  });
}

function show(client: QueryClient, { video, isListed }: WatchlistChange): void {
  const { id } = video;
  client.setQueryData(newestListedQuery.queryKey, (ids) => ids && [...(isListed ? [id] : []), ...ids.filter((other) => other !== id)]);
  client.setQueryData(videoQuery(id).queryKey, (shown) => shown && { ...shown, on_watchlist: isListed });
  client.setQueryData(watchlistQuery.queryKey, (list) => list && { ...list, pages: withListed(list.pages, video, isListed) });
}
