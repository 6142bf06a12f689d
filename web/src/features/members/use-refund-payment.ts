import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/lib/api';
import { invalidate } from '@/lib/queries/keys';
import { memberQuery } from '@/lib/queries/use-member';

/** Refunds a payment in whole or in part. A retry after a lost response does not refund it again. */
export function useRefundPayment(member_id: string, payment_id: string) {
  const client = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: (body: { amount: number; reason: string }) =>
      data(
        api.POST('/api/admin/payments/{id}/refund', { params: { path: { id: payment_id } }, headers: { 'Idempotency-Key': key }, body }),
      ),
    onSuccess: ({ payment }) => {
      client.setQueryData(
        memberQuery(member_id).queryKey,
        (member) => member && { ...member, payments: member.payments.map((other) => (other.id === payment.id ? payment : other)) },
      );
    },
    // After a failure too: the refund may have gone through.
    onSettled: () => {
      invalidate(client, memberQuery(member_id).queryKey, ['members'], ['audit'], ['metrics']);
    },
  });
}
