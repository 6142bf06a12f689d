import { useMutation } from '@tanstack/react-query';
import { api, done } from '../api';
import { endSession } from '../session';

/** Signs this device out, at the service as far as it can be reached, here in any case. */
export function useSignOut() {
  return useMutation({
    mutationFn: () => done(api.POST('/api/auth/logout')),
    onSettled: endSession,
  });
}
