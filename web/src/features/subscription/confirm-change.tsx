import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { ErrorNotice } from '@/components/notice';
import { Loading, Skeleton } from '@/components/skeleton';
import { changeName, isUpgrade } from '@/lib/change-label';
import type { PlanAndInterval } from '@/lib/change-label';
import { day } from '@/lib/format';
import type { ChangePreview, Subscription } from '@/lib/models';
import { money } from '@/lib/money';
import { openTab } from '@/lib/open-tab';
import styles from './change-plan-page.module.css';
import { hasOpenPayment } from './describe';
import { PaymentDialog } from './payment-dialog';
import type { PaymentElsewhere } from './payment-dialog';
import { useChangePlan } from './use-change-plan';
import type { PlanChange } from './use-change-plan';
import { useChangePreview } from './use-change-preview';

interface ConfirmChangeProps {
  subscription: Subscription;
  /** The new plan; `null` while the dialog is closed. */
  requested: PlanChange | null;
  onClose: () => void;
  onDone: (subscription: Subscription) => void;
}

/** Shows what a change costs and when it takes effect, and makes it on confirmation. */
export function ConfirmChange({ subscription, requested, onClose, onDone }: ConfirmChangeProps) {
  const [payment, setPayment] = useState<PaymentElsewhere | null>(null);
  const preview = useChangePreview(requested);
  const change = useChangePlan();
  const close = () => {
    change.reset();
    onClose();
  };
  const confirm = () => requested && change.mutate(requested, { onSuccess: onDone });
  const pay = (href: string) => setPayment({ href, isBlocked: openTab(href) === null });
  if (requested && payment) {
    const isDebt = hasOpenPayment(subscription);
    return (
      <PaymentDialog
        {...payment}
        isSettled={(now) => (isDebt ? !hasOpenPayment(now) : now.plan_type === requested.plan_type && now.interval === requested.interval)}
        onSettled={(now) => {
          setPayment(null);
          change.reset();
          // The debt is paid, so the cost of the change is requested again.
          if (isDebt) void preview.refetch();
          else onDone(now);
        }}
        onClose={() => setPayment(null)}
      />
    );
  }
  const held = currentPlan(subscription);
  return (
    <Dialog
      open={requested !== null}
      onClose={close}
      title={requested && held ? changeName(held, requested) : t`Change plan`}
      description={preview.data && whenText(preview.data)}
      actions={
        <>
          <Button onClick={close}>
            <Trans>Cancel</Trans>
          </Button>
          {preview.data && (
            <Button look="primary" busy={change.isPending} onClick={confirm}>
              {actText(preview.data, held)}
            </Button>
          )}
        </>
      }
    >
      {preview.data ? (
        <Bill preview={preview.data} />
      ) : preview.error ? (
        <ErrorNotice size="line" error={preview.error} onRetry={() => void preview.refetch()} onVisit={pay} />
      ) : (
        <Loading label={t`Calculating the price`}>
          <Skeleton shape="text" lines={4} />
        </Loading>
      )}
      {change.error && <ErrorNotice size="line" error={change.error} onVisit={pay} />}
    </Dialog>
  );
}

/** The current plan. */
export function currentPlan({ plan_type, interval }: Subscription): PlanAndInterval | null {
  return plan_type && interval ? { plan_type, interval } : null;
}

function whenText({ when, effective_at }: ChangePreview): string {
  if (when === 'now') return t`The change takes effect right away. You pay the difference for the rest of your billing period.`;
  const date = day(effective_at);
  return t`The change takes effect on ${date}. Until then, you keep your current plan.`;
}

function actText(preview: ChangePreview, held: PlanAndInterval | null): string {
  const { when, effective_at, amount_due, currency } = preview;
  const date = day(effective_at);
  if (when === 'period_end') return t`Switch on ${date}`;
  const isBetter = held !== null && held.plan_type !== preview.plan_type && isUpgrade(held, preview);
  if (amount_due <= 0) return isBetter ? t`Upgrade now` : t`Switch now`;
  const amount = money(amount_due, currency);
  return isBetter ? t`Pay ${amount} and upgrade` : t`Pay ${amount} and switch`;
}

function Bill({ preview }: { preview: ChangePreview }) {
  const { lines, amount_due, currency, renews_at, renewal_amount, interval } = preview;
  const [date, price] = [day(renews_at), money(renewal_amount, currency)];
  return (
    <>
      <dl className={styles.bill}>
        {lines.map((line) => (
          <div key={line.description} className={styles.entry}>
            <dt>{line.description}</dt>
            <dd>{money(line.amount, currency)}</dd>
          </div>
        ))}
        <div className={`${styles.entry ?? ''} ${lines.length > 0 ? (styles.total ?? '') : ''}`}>
          <dt>
            <Trans>Due today</Trans>
          </dt>
          <dd>{money(amount_due, currency)}</dd>
        </div>
      </dl>
      <p className={styles.note}>{interval === 'year' ? t`From ${date}: ${price} per year.` : t`From ${date}: ${price} per month.`}</p>
    </>
  );
}
