import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '../api';

/** Stops playback on a device and frees its stream at once. */
export function useStopStream() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (session_id: string) => data(api.DELETE('/api/playback/{session_id}', { params: { path: { session_id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['streams'] }),
  });
}
