import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { invalidate } from '@/lib/queries/keys';
import { meQuery } from '@/lib/queries/use-me';

interface Changes {
  name?: string;
  email?: string;
  /** Required for a new address. */
  password?: string;
}

/** Changes the name, or starts a change of the address. */
export function useUpdateMe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Changes) => data(api.PATCH('/api/auth/me', { body })),
    onSuccess: (user) => {
      client.setQueryData(meQuery.queryKey, (me) => me && { ...me, ...user });
      // The first profile is called like the account until it gets a name of its own.
      invalidate(client, ['me'], ['profiles']);
    },
  });
}
