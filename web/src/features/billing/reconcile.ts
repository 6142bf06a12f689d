import { api, data } from '@/lib/api';

/** Compares a page of customers with Stripe, and repairs differences if `apply` is set. */
export function reconcile(apply: boolean, cursor: string | null, signal: AbortSignal) {
  return data(api.POST('/api/admin/billing/reconcile', { body: { apply, cursor }, signal }));
}
