import { useQuery } from '@tanstack/react-query';
import { api, data } from '../api';

/** The live streams on the viewer's devices. */
export function useStreams() {
  return useQuery({
    queryKey: ['streams'],
    queryFn: ({ signal }) => data(api.GET('/api/playback', { signal })),
    staleTime: 0,
    refetchInterval: 15_000,
  });
}
