import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { sentence } from '@/lib/errors/explain';
import type { Video } from '@/lib/models';
import { notify } from '@/lib/notify';
import { invalidate } from '@/lib/queries/keys';
import { historyQuery } from './use-history';

/** Removes one video from the history. It disappears at once, and reappears if the service refuses. */
export function useRemoveHistoryItem() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ['history'],
    mutationFn: ({ id }: Video) => data(api.DELETE('/api/history', { params: { query: { video_id: id } } })),
    onMutate: async ({ id }) => {
      await client.cancelQueries({ queryKey: ['history'] });
      client.setQueryData(historyQuery.queryKey, (list) => {
        const without = list?.pages.map((page) => ({ ...page, items: page.items.filter(({ video }) => video.id !== id) }));
        return list && without && { ...list, pages: without };
      });
    },
    onError: (error) => notify(sentence(error), 'failed'),
    onSettled: (_, __, { id }) => {
      if (client.isMutating({ mutationKey: ['history'] }) > 1) return;
      refresh(client);
      invalidate(client, ['video', id]);
    },
  });
}

/** Clears the whole history. A long history takes several requests. */
export function useClearHistory() {
  const client = useQueryClient();
  return async () => {
    try {
      for (;;) {
        const { is_complete } = await data(api.DELETE('/api/history'));
        if (is_complete) break;
      }
    } finally {
      refresh(client);
      invalidate(client, ['video']);
    }
  };
}

/** Invalidates all queries that show progress. */
function refresh(client: QueryClient): void {
  invalidate(client, ['history'], ['home']);
}
