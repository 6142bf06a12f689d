import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data, done } from '@/lib/api';
import { hasCode } from '@/lib/errors/api-error';
import type { AdminVideo, ImportedVideo } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { forgetUpload } from './uploads';
import { anyVideoQuery } from './use-any-video';

type NewFile = Pick<ImportedVideo, 'url' | 'generated_captions'>;

interface Imported {
  video: AdminVideo;
  /** Whether the failed video may still be there. */
  isOldLeft: boolean;
  /** Whether the new video is where the failed one was in its series. */
  isInPlace: boolean;
}

/**
 * Imports the file of a failed video. The service imports only new videos, so a new one with the same details takes the old one's
 * place, and the old one is deleted. If the service refuses to delete it, nothing has changed.
 */
export function useImportAgain(old: AdminVideo) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (file: NewFile) => importAgain(old, file),
    onSuccess: ({ video }) => {
      forgetUpload(old.id);
      client.setQueryData(anyVideoQuery(video.id).queryKey, video);
    },
    onSettled: () => invalidate(client, ['all-videos', 'list'], ['videos'], ['categories'], ['audit']),
  });
}

async function importAgain(old: AdminVideo, file: NewFile): Promise<Imported> {
  const video = await data(api.POST('/api/admin/videos/import', { body: { ...detailsOf(old), ...file } }));
  let isOldLeft = false;
  try {
    await remove(old.id);
  } catch (error) {
    // With these errors nothing was deleted. With others the old video may be gone, so the new one has to stay.
    if (hasCode(error, 'CONFLICT', 'VIDEO_PROVIDER_UNAVAILABLE') && (await isRemoved(video.id))) throw error;
    isOldLeft = true;
  }
  const placed = await inPlace(video, old);
  return { video: placed ?? video, isOldLeft, isInPlace: placed !== null };
}

/** Moves a video to the place of another one in its series. Returns `null` if that fails. */
async function inPlace(video: AdminVideo, { series_id, season, episode }: AdminVideo): Promise<AdminVideo | null> {
  if (!series_id) return video;
  const edit = api.PATCH('/api/admin/videos/{id}', { params: { path: { id: video.id } }, body: { series_id, season, episode } });
  return data(edit).catch(() => null);
}

async function remove(id: string): Promise<void> {
  try {
    await done(api.DELETE('/api/admin/videos/{id}', { params: { path: { id } } }));
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
}

const isRemoved = (id: string) =>
  remove(id).then(
    () => true,
    () => false,
  );

/** What an operator entered about a video, without its place in a series: only one video can have that. */
function detailsOf(video: AdminVideo) {
  const { title, description, category, required_plan, year, country, age_rating, directors, actors, tags } = video;
  const { credits_at, publish_at, trailer_of, video_quality } = video;
  return {
    title,
    description,
    category,
    required_plan,
    year,
    country,
    age_rating,
    directors,
    actors,
    tags,
    credits_at,
    publish_at,
    trailer_of,
    video_quality,
  };
}
