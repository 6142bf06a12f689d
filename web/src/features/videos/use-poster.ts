import { useMutation } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { useShowChanged } from './use-any-video';

/** Makes a frame of the film the poster; `null` lets Mux choose the frame. */
export function useChooseFrame(id: string) {
  return useMutation({
    mutationFn: (time: number | null) => data(api.PUT('/api/admin/videos/{id}/poster', { params: { path: { id } }, body: { time } })),
    onSuccess: useShowChanged(id, ['all-videos', 'list']),
  });
}

/** Uploads a picture as the poster. */
export function useUploadPoster(id: string) {
  return useMutation({
    mutationFn: (file: File) =>
      data(
        api.PUT('/api/admin/videos/{id}/poster', {
          params: { path: { id } },
          // The picture's bytes instead of JSON.
          body: file as unknown as { time?: number },
          bodySerializer: (body) => body,
          headers: { 'content-type': file.type },
        }),
      ),
    onSuccess: useShowChanged(id, ['all-videos', 'list']),
  });
}
