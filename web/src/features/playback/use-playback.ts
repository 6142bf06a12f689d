import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { renewIn } from './grant';
import type { Grant } from './grant';

/** Starts a video, which takes a stream of the plan; with a stream of one's own, grants it anew. */
export async function play(id: string, playback_session_id?: string, signal?: AbortSignal): Promise<Grant> {
  const answer = api.GET('/api/videos/{id}/play', { params: { path: { id }, query: { playback_session_id } }, signal });
  const playback = await data(answer);
  const { response } = await answer;
  return { ...playback, renew_in_seconds: renewIn(playback.refresh_after, response.headers.get('date')) };
}

/** All that the player needs, fetched once for each time that somebody sits down to watch. */
export function usePlayback(id: string) {
  return useQuery({
    queryKey: ['playback', id],
    queryFn: ({ signal }) => play(id, undefined, signal),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  });
}
