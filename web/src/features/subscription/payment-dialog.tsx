import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Button, buttonClass } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Callout } from '@/components/notice';
import { api, data } from '@/lib/api';
import type { Subscription } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { subscriptionQuery } from '@/lib/queries/use-subscription';

const POLL_INTERVAL = 3000;
/** After this time the viewer has to continue the wait. */
const WAIT_MAX = 600_000;

/** A payment that is made on the payment provider's page, in another tab. */
export interface PaymentElsewhere {
  href: string;
  /** Whether the browser blocked the new tab. */
  isBlocked: boolean;
}

interface PaymentDialogProps extends PaymentElsewhere {
  /** Whether the payment has taken effect. */
  isSettled: (subscription: Subscription) => boolean;
  onSettled: (subscription: Subscription) => void;
  onClose: () => void;
}

/** Waits while the viewer pays in another tab, and continues as soon as the payment has arrived. */
export function PaymentDialog({ href, isBlocked, isSettled, onSettled, onClose }: PaymentDialogProps) {
  const [round, setRound] = useState(0);
  const isLate = useIsLate(round);
  const client = useQueryClient();
  const { data: subscription } = useQuery({
    queryKey: ['payment', href],
    queryFn: ({ signal }) => data(api.GET('/api/subscription', { signal })),
    refetchInterval: ({ state }) => (isLate || (state.data && isSettled(state.data)) ? false : POLL_INTERVAL),
    // The payment's tab is in front, so this one is in the background.
    refetchIntervalInBackground: true,
    staleTime: 0,
    gcTime: 0,
  });
  const settled = subscription && isSettled(subscription) ? subscription : null;
  useEffect(() => {
    if (!settled) return;
    client.setQueryData(subscriptionQuery.queryKey, settled);
    invalidate(client, ['invoices'], ['video']);
    onSettled(settled);
    // Called once, because the parent then closes the dialog.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled === null]);

  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Waiting for your payment`}
      description={
        isBlocked
          ? t`Your browser blocked the payment page. Open it here. This page continues automatically once you’ve paid.`
          : t`Pay in the new tab. This page continues automatically once you’ve paid.`
      }
      actions={
        <>
          <Button onClick={onClose}>
            <Trans>Stop waiting</Trans>
          </Button>
          <a href={href} target="_blank" rel="noreferrer" className={buttonClass({ look: isBlocked ? 'primary' : 'quiet' })}>
            {isBlocked ? t`Open payment page` : t`Reopen payment page`}
          </a>
        </>
      }
    >
      <div role="status">
        {isLate && (
          <Callout kind="info">
            <p>
              <Trans>
                We haven’t received your payment yet. If you’ve paid, you can close this page. Your payment will arrive shortly.
              </Trans>
            </p>
            <Button size="sm" onClick={() => setRound(round + 1)}>
              <Trans>Check again</Trans>
            </Button>
          </Callout>
        )}
      </div>
    </Dialog>
  );
}

function useIsLate(round: number): boolean {
  const [late, setLate] = useState(-1);
  useEffect(() => {
    const timer = setTimeout(() => setLate(round), WAIT_MAX);
    return () => clearTimeout(timer);
  }, [round]);
  return late === round;
}
