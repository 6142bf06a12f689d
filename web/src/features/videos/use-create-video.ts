import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { NewVideo } from '@/lib/models';
import { anyVideoQuery } from './use-any-video';

/** Adds a video and opens its upload. */
export function useCreateVideo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewVideo) => data(api.POST('/api/admin/videos', { body })),
    onSuccess: ({ video }) => {
      client.setQueryData(anyVideoQuery(video.id).queryKey, video);
      void client.invalidateQueries({ queryKey: ['all-videos', 'list'] });
    },
  });
}
