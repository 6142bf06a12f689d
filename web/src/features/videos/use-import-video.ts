import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { ImportedVideo } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { anyVideoQuery } from './use-any-video';

/** Creates a video whose file Mux fetches. */
export function useImportVideo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ImportedVideo) => data(api.POST('/api/admin/videos/import', { body })),
    onSuccess: (video) => {
      client.setQueryData(anyVideoQuery(video.id).queryKey, video);
      invalidate(client, ['all-videos', 'list'], ['audit']);
    },
  });
}
