import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { hasCode } from '@/lib/errors/api-error';
import { busyStreams } from './busy-streams';
import { renewIn } from './grant';
import type { Grant } from './grant';
import { playbackRetry } from './retry-policy';
import { serviceClock } from './service-clock';

/** Starts a video and takes one of the plan's streams, or renews the grant of an existing stream. */
export async function play(id: string, playback_session_id?: string, signal?: AbortSignal): Promise<Grant> {
  const answer = api.GET('/api/videos/{id}/play', { params: { path: { id }, query: { playback_session_id } }, signal });
  const playback = await data(answer);
  const date = (await answer).response.headers.get('date');
  serviceClock.hear(date);
  return { ...playback, renew_at: Date.now() + 1000 * renewIn(playback.refresh_after, date) };
}

/** Starts a video in place of the one other device that plays. If several do, the viewer has to choose. */
export async function takeBack(id: string): Promise<Grant> {
  try {
    return await play(id);
  } catch (error) {
    const [other, ...more] = hasCode(error, 'STREAM_LIMIT_REACHED') ? busyStreams(error) : [];
    if (!other || more.length > 0) throw error;
    await stop(other.playback_session_id);
    return play(id);
  }
}

async function stop(session_id: string): Promise<void> {
  try {
    await data(api.DELETE('/api/playback/{session_id}', { params: { path: { session_id } } }));
  } catch (error) {
    // It has already ended.
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
}

/** Everything that the player needs, fetched once per viewing. */
export function usePlayback(id: string) {
  return useQuery({
    queryKey: ['playback', id],
    queryFn: ({ signal }) => play(id, undefined, signal),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
    ...playbackRetry,
  });
}
