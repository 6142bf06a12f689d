import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { AdminVideo, Captions, SpokenLanguage } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { anyVideoQuery } from './use-any-video';

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
    onSuccess: useShown(id),
  });
}

/** Lets Mux generate captions from the sound. */
export function useGenerateCaptions(id: string) {
  return useMutation({
    mutationFn: (language: SpokenLanguage) =>
      data(api.POST('/api/admin/videos/{id}/generate-captions', { params: { path: { id } }, body: { language } })),
    onSuccess: useShown(id),
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
    onSuccess: useShown(id),
  });
}

function useShown(id: string) {
  const client = useQueryClient();
  return (video: AdminVideo) => {
    client.setQueryData(anyVideoQuery(id).queryKey, video);
    invalidate(client, ['audit']);
  };
}
