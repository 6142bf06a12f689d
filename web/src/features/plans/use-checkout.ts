import { useEffect } from 'react';
import { api, data } from '@/lib/api';
import type { Interval, PlanType } from '@/lib/models';
import { useMutationOnce } from '@/lib/use-mutation-once';

interface Order {
  plan_type: PlanType;
  interval: Interval;
  promotion_code?: string;
}

/** Opens a checkout and goes there. Stays busy until the page is left, so that nothing is ordered twice. */
export function useCheckout() {
  const checkout = useMutationOnce({
    mutationFn: (order: Order) => data(api.POST('/api/subscription/checkout', { body: order })),
    onSuccess: ({ checkout_url }) => window.location.assign(checkout_url),
  });
  const { reset } = checkout;
  useEffect(() => {
    // The back button may restore this page as it was left.
    const onShow = (event: PageTransitionEvent) => event.persisted && reset();
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, [reset]);
  return checkout;
}
