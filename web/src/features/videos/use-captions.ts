import { useMutation } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { Captions, SpokenLanguage } from '@/lib/models';
import { useShowChanged } from './use-any-video';

/** Uploads captions in a language, in place of earlier ones. */
export function usePutCaptions(id: string) {
  return useMutation({
    mutationFn: ({ language, file }: { language: string; file: Blob }) =>
      data(
        api.PUT('/api/admin/videos/{id}/captions/{language}', {
          params: { path: { id, language } },
          // Bytes, because a file may be in UTF-16. The service tells WebVTT from SubRip by its content.
          body: file as unknown as string,
          bodySerializer: (body) => body,
          headers: { 'content-type': 'application/x-subrip' },
        }),
      ),
    onSuccess: useShowChanged(id),
  });
}

/** Lets Mux generate captions from the sound. */
export function useGenerateCaptions(id: string) {
  return useMutation({
    mutationFn: (language: SpokenLanguage) =>
      data(api.POST('/api/admin/videos/{id}/generate-captions', { params: { path: { id } }, body: { language } })),
    onSuccess: useShowChanged(id),
  });
}

/** Removes captions. */
export function useDeleteCaptions(id: string) {
  return useMutation({
    mutationFn: ({ language, track_id }: Captions) =>
      data(
        api.DELETE('/api/admin/videos/{id}/captions/{language}', {
          params: { path: { id, language }, query: { track_id } },
        }),
      ),
    onSuccess: useShowChanged(id),
  });
}
