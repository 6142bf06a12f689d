import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { PlanType } from '@/lib/models';
import { memberQuery } from '@/lib/queries/use-member';

interface Gift {
  /** `null` takes back what was given. */
  plan_type: PlanType | null;
  until: string | null;
  reason: string;
}

/** Gives a member a plan without payment, or takes it back. */
export function useCompMember(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Gift) => data(api.POST('/api/admin/members/{id}/comp', { params: { path: { id } }, body })),
    onSuccess: (member) => {
      client.setQueryData(memberQuery(id).queryKey, member);
      for (const queryKey of [['members'], ['audit']]) void client.invalidateQueries({ queryKey });
    },
  });
}
