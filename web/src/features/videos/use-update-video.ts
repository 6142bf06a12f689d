import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { VideoEdits } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { anyVideoQuery } from './use-any-video';

/** Edits, publishes, schedules or unpublishes a video. */
export function useUpdateVideo(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: VideoEdits) => data(api.PATCH('/api/admin/videos/{id}', { params: { path: { id } }, body })),
    onSuccess: (video) => {
      client.setQueryData(anyVideoQuery(id).queryKey, video);
      // What viewers see changes too.
      invalidate(client, ['all-videos', 'list'], ['videos'], ['video', id], ['categories'], ['audit']);
    },
  });
}
