import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { ErrorNotice } from '@/components/notice';
import { Loading, Skeleton } from '@/components/skeleton';
import { capital, day, money } from '@/lib/format';
import type { ChangePreview, Subscription } from '@/lib/models';
import styles from './change-plan-page.module.css';
import { useChangePlan } from './use-change-plan';
import type { Wish } from './use-change-plan';
import { useChangePreview } from './use-change-preview';

interface ConfirmChangeProps {
  /** What is to be changed to; `null` while nothing is asked. */
  wish: Wish | null;
  onClose: () => void;
  onDone: (subscription: Subscription) => void;
}

/** Shows what a change costs and when it comes, and makes it when that is agreed to. */
export function ConfirmChange({ wish, onClose, onDone }: ConfirmChangeProps) {
  const preview = useChangePreview(wish);
  const change = useChangePlan();
  const close = () => {
    change.reset();
    onClose();
  };
  const confirm = () => wish && change.mutate(wish, { onSuccess: onDone });
  return (
    <Dialog
      open={wish !== null}
      onClose={close}
      title={wish ? `Change to ${capital(wish.plan_type)}` : ''}
      description={preview.data && whenText(preview.data)}
      actions={
        <>
          <Button onClick={close}>Not now</Button>
          {preview.data && (
            <Button look="primary" busy={change.isPending} onClick={confirm}>
              {actText(preview.data)}
            </Button>
          )}
        </>
      }
    >
      {preview.data ? (
        <Bill preview={preview.data} />
      ) : preview.error ? (
        <ErrorNotice size="line" error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <Loading label="Working out what it costs">
          <Skeleton shape="text" lines={4} />
        </Loading>
      )}
      {change.error && <ErrorNotice size="line" error={change.error} />}
    </Dialog>
  );
}

function whenText({ when, effective_at }: ChangePreview): string {
  return when === 'now' ? 'It takes effect at once. You pay the difference for the rest of your period.' : `It takes effect on ${day(effective_at)}. Until then you keep what you have.`;
}

function actText({ when, amount_due, currency }: ChangePreview): string {
  if (when === 'period_end') return 'Change then';
  return amount_due > 0 ? `Pay ${money(amount_due, currency)} and change` : 'Change now';
}

function Bill({ preview }: { preview: ChangePreview }) {
  const { lines, amount_due, currency, renews_at, renewal_amount, interval } = preview;
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
          <dt>To pay now</dt>
          <dd>{money(amount_due, currency)}</dd>
        </div>
      </dl>
      <p className={styles.note}>{`From ${day(renews_at)}: ${money(renewal_amount, currency)} a ${interval}.`}</p>
    </>
  );
}
