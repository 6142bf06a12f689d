import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { WaitingDevice } from '@/lib/models';

/** The device that shows a code. It is asked for once, because wrong codes count as guesses. */
export function useWaitingDevice(code: string | null) {
  return useQuery({
    queryKey: ['waiting-device', code],
    queryFn: ({ signal }) => data(api.POST('/api/auth/device/approve', { body: { user_code: code ?? '' }, signal })),
    enabled: code !== null,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
  });
}

/** Signs the device in, or refuses it. */
export function decideDevice(user_code: string, approve: boolean): Promise<WaitingDevice> {
  return data(api.POST('/api/auth/device/approve', { body: { user_code, approve } }));
}
