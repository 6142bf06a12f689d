import { t } from '@lingui/core/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { fieldIssues } from '@/lib/errors/api-error';
import type { ImportedVideo } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { anyVideoQuery } from './use-any-video';

/** The issue of a URL that the service refused. The service explains it only in English. */
export function urlIssues(error: unknown): { url: string } | null {
  return fieldIssues(error).url ? { url: t`Mux cannot use this URL. Enter a public https address without a user name or password.` } : null;
}

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
