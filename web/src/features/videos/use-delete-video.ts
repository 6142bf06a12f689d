import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done } from '@/lib/api';
import { invalidate } from '@/lib/queries/keys';
import { forgetUpload } from './uploads';

/** Deletes a video and stops its upload. */
export function useDeleteVideo(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => done(api.DELETE('/api/admin/videos/{id}', { params: { path: { id } } })),
    onSuccess: () => {
      forgetUpload(id);
      invalidate(client, ['all-videos', 'list'], ['videos'], ['categories'], ['audit']);
    },
  });
}
