import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { sentence } from '@/lib/errors/explain';
import type { HistoryItem, Video } from '@/lib/models';
import { notify } from '@/lib/notify';
import { invalidate } from '@/lib/queries/keys';
import { videoQuery } from '@/lib/queries/use-video';

interface WatchedChange {
  video: Video;
  isWatched: boolean;
}

/** Marks a video as watched or not watched. The page changes at once, and changes back if the service refuses. */
export function useSetWatched() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ['watched'],
    scope: { id: 'watched' },
    mutationFn: ({ video, isWatched }: WatchedChange) => {
      const params = { path: { id: video.id } };
      return data(isWatched ? api.PUT('/api/videos/{id}/watched', { params }) : api.DELETE('/api/videos/{id}/watched', { params }));
    },
    onMutate: async ({ video, isWatched }) => {
      const { id, series_id } = video;
      await Promise.all([client.cancelQueries({ queryKey: ['video', id] }), client.cancelQueries({ queryKey: ['history'] })]);
      const before = client.getQueryData(videoQuery(id).queryKey);
      const seen = series_id ? client.getQueryData<HistoryItem[]>(['history', 'series', series_id]) : undefined;
      show(client, video, isWatched);
      return () => {
        client.setQueryData(videoQuery(id).queryKey, before);
        if (series_id) client.setQueryData(['history', 'series', series_id], seen);
      };
    },
    onError: (error, _, undo) => {
      undo?.();
      notify(sentence(error), 'failed');
    },
    onSettled: (_, __, { video }) => {
      if (client.isMutating({ mutationKey: ['watched'] }) > 1) return;
      invalidate(client, ['video', video.id], ['history'], ['home']);
    },
  });
}

function show(client: QueryClient, video: Video, completed: boolean): void {
  const { id, series_id } = video;
  client.setQueryData(videoQuery(id).queryKey, (shown) => shown && { ...shown, completed, progress: 0 });
  if (!series_id) return;
  client.setQueryData<HistoryItem[]>(['history', 'series', series_id], (seen) => {
    const others = seen?.filter((entry) => entry.video.id !== id);
    const entry: HistoryItem = { video, progress: 0, completed, last_watched_at: new Date().toISOString() };
    return others && (completed ? [entry, ...others] : others);
  });
}
