import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/lib/api';
import { memberQuery } from '@/lib/queries/use-member';

/** Gives a payment of a member back, whole or in part: once, however often it is asked for after an answer that was lost. */
export function useRefundPayment(member_id: string, payment_id: string) {
  const client = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: (body: { amount: number; reason: string }) =>
      data(api.POST('/api/admin/payments/{id}/refund', { params: { path: { id: payment_id } }, headers: { 'Idempotency-Key': key }, body })),
    onSuccess: ({ payment }) => {
      client.setQueryData(
        memberQuery(member_id).queryKey,
        (member) => member && { ...member, payments: member.payments.map((other) => (other.id === payment.id ? payment : other)) },
      );
    },
    // Whatever came of it: what is left of the payment is told anew.
    onSettled: () => {
      for (const queryKey of [memberQuery(member_id).queryKey, ['members'], ['audit'], ['metrics']]) void client.invalidateQueries({ queryKey });
    },
  });
}
