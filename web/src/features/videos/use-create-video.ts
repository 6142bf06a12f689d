import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { NewVideo } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { anyVideoQuery } from './use-any-video';

/** Creates a video and its upload. */
export function useCreateVideo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewVideo) => data(api.POST('/api/admin/videos', { body })),
    onSuccess: ({ video }) => {
      client.setQueryData(anyVideoQuery(video.id).queryKey, video);
      invalidate(client, ['all-videos', 'list'], ['audit']);
    },
  });
}
