import { useEffect } from 'react';
import { api, data } from '@/lib/api';
import { useMutationOnce } from '@/lib/use-mutation-once';

/** Goes to the payment provider's portal for the card and invoices, which leads back to the account. */
export function usePortal() {
  const portal = useMutationOnce({
    mutationFn: () => data(api.POST('/api/subscription/portal')),
    onSuccess: ({ portal_url }) => window.location.assign(portal_url),
  });
  const { reset } = portal;
  useEffect(() => {
    // The back button may restore this page as it was left.
    const onShow = (event: PageTransitionEvent) => event.persisted && reset();
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, [reset]);
  return portal;
}
