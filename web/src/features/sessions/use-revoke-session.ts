import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done } from '@/lib/api';

/** Signs a device out. Its next request is refused. */
export function useRevokeSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => done(api.DELETE('/api/auth/sessions/{id}', { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
}
