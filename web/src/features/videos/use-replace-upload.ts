import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { SpokenLanguage, VideoQuality } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { forgetUpload, startUpload } from './uploads';
import { anyVideoQuery } from './use-any-video';

interface NewFileOptions {
  video_quality: VideoQuality;
  generated_captions: SpokenLanguage | null;
}

/** Creates another upload for a video and starts to send the file. The current file plays until the new one is ready. */
export function useReplaceUpload(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ video_quality, generated_captions }: NewFileOptions & { file: File }) =>
      data(api.POST('/api/admin/videos/{id}/upload', { params: { path: { id } }, body: { video_quality, generated_captions } })),
    onSuccess: ({ video, upload }, { file }) => {
      forgetUpload(id);
      startUpload(video, upload, file);
      client.setQueryData(anyVideoQuery(id).queryKey, video);
      invalidate(client, ['all-videos', 'list'], ['audit']);
    },
  });
}
