import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { PlanType } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { memberQuery } from '@/lib/queries/use-member';

interface CompAccess {
  /** `null` removes the access. */
  plan_type: PlanType | null;
  until: string | null;
  reason: string;
}

/** Gives a member a plan for free, or removes it. */
export function useCompMember(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CompAccess) => data(api.POST('/api/admin/members/{id}/comp', { params: { path: { id } }, body })),
    onSuccess: (member) => {
      client.setQueryData(memberQuery(id).queryKey, member);
      invalidate(client, ['members'], ['audit']);
    },
  });
}
