import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { VideoEdits } from '@/lib/models';
import { anyVideoQuery } from './use-any-video';

/** Edits, publishes, schedules or withdraws a video. */
export function useUpdateVideo(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: VideoEdits) => data(api.PATCH('/api/admin/videos/{id}', { params: { path: { id } }, body })),
    onSuccess: (video) => {
      client.setQueryData(anyVideoQuery(id).queryKey, video);
      // What viewers see of it changes with it.
      for (const queryKey of [['all-videos', 'list'], ['videos'], ['video', id], ['categories'], ['audit']]) void client.invalidateQueries({ queryKey });
    },
  });
}
