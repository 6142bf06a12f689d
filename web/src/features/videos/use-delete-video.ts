import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done } from '@/lib/api';
import { forgetUpload } from './uploads';

/** Deletes a video for good, with what was being uploaded of it. */
export function useDeleteVideo(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => done(api.DELETE('/api/admin/videos/{id}', { params: { path: { id } } })),
    onSuccess: () => {
      forgetUpload(id);
      for (const queryKey of [['all-videos', 'list'], ['videos'], ['categories'], ['audit']]) void client.invalidateQueries({ queryKey });
    },
  });
}
