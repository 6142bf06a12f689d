import { plural, t } from '@lingui/core/macro';
import { useState } from 'react';
import { Link } from '@/lib/router/link';
import { Badge } from '@/components/badge';
import { Bar } from '@/components/bar';
import { Button } from '@/components/button';
import { Changes } from '@/components/changes';
import { Confirm } from '@/components/confirm';
import { Copied } from '@/components/copied';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice, Callout } from '@/components/notice';
import { Panel } from '@/components/panel';
import { changesOf, shown } from '@/lib/differences';
import type { Drift } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useMember } from '@/lib/queries/use-member';
import { BillingHead } from './billing-head';
import styles from './billing.module.css';
import { useReconcile } from './use-reconcile';
import type { Run } from './use-reconcile';

export function Component() {
  usePageTitle(t`Reconciliation`);
  const { run, start, resume, stop } = useReconcile();
  const [asks, setAsks] = useState(false);
  const isRunning = run?.state === 'running';
  const checked = run?.checked ?? 0;
  const found = run?.drift.filter(({ applied }) => !applied).length ?? 0;
  return (
    <>
      <BillingHead />
      <Panel
        title={t`Compare with Stripe`}
        aside={
          <span className={styles.line}>
            {isRunning ? (
              <Button size="sm" icon={MORE_ICONS.pause} onClick={stop}>
                {t`Stop`}
              </Button>
            ) : (
              <Button size="sm" look={run ? 'quiet' : 'primary'} icon={MORE_ICONS.sync} onClick={() => start(false)}>
                {run ? t`Compare again` : t`Compare now`}
              </Button>
            )}
          </span>
        }
      >
        <p className={styles.quiet}>
          {t`Compares every customer with Stripe and lists the differences. A job also does this and repairs them: every night for customers with recent activity, and once a month for all customers.`}
        </p>
        {run && <Progress run={run} onResume={resume} />}
      </Panel>
      {run && run.drift.length > 0 && (
        <>
          {found > 0 && !isRunning && (
            <div className={styles.line}>
              <Button look="primary" icon="check" onClick={() => setAsks(true)}>
                {t`Repair ${plural(found, { one: '# customer', other: '# customers' })}`}
              </Button>
            </div>
          )}
          {run.drift.map((drift) => (
            <Customer key={drift.stripe_customer_id} drift={drift} />
          ))}
        </>
      )}
      {run?.state === 'done' && run.drift.length === 0 && (
        <Empty
          icon="check"
          title={t`No differences`}
          text={t`Marquee and Stripe have the same data for ${plural(checked, { one: '# customer', other: 'all # customers' })}.`}
        />
      )}
      <Confirm
        open={asks}
        onClose={() => setAsks(false)}
        title={t`Repair the differences?`}
        description={t`Marquee compares every customer again and replaces its data with Stripe’s where they differ. Access changes immediately, and members receive any emails that result.`}
        actionLabel={t`Repair`}
        look="primary"
        act={() => {
          start(true);
          return Promise.resolve();
        }}
      />
    </>
  );
}

function Progress({ run, onResume }: { run: Run; onResume: () => void }) {
  const { state, apply, checked, drift, error } = run;
  const found = drift.length;
  const repaired = drift.filter(({ applied }) => applied).length;
  const compared = plural(checked, { one: '# customer compared', other: '# customers compared' });
  const summary = apply ? t`${compared}, ${repaired} repaired` : t`${compared}, ${found} with differences`;
  return (
    <div className={styles.run}>
      {state === 'running' && <Bar label={apply ? t`Repairing` : t`Comparing`} value={null} />}
      <p role="status" className={styles.quiet}>
        {state === 'running'
          ? apply
            ? t`Repairing: ${summary} so far.`
            : t`Comparing: ${summary} so far.`
          : state === 'done'
            ? t`Done: ${summary}.`
            : t`Stopped: ${summary} so far.`}
      </p>
      {state === 'failed' && <ErrorNotice size="line" error={error} onRetry={onResume} />}
      {state === 'stopped' && (
        <Callout kind="info">
          <p>{t`Stopped before all customers were compared.`}</p>
          <Button size="sm" onClick={onResume}>
            {t`Continue`}
          </Button>
        </Callout>
      )}
    </div>
  );
}

/** A customer whose data differs from Stripe's, field by field. */
function Customer({ drift: { user_id, stripe_customer_id, applied, differences } }: { drift: Drift }) {
  const failures = differences.filter(({ what }) => what === 'error').map(({ stored }) => shown('error', stored));
  const changes = differences
    .filter(({ what }) => what !== 'error')
    .flatMap(({ what, stored, stripe }) => changesOf({ [what]: stored }, { [what]: stripe }));
  return (
    <Panel
      title={user_id ? <Address id={user_id} /> : t`Unknown customer`}
      aside={applied ? <Badge kind="positive">{t`Repaired`}</Badge> : <Badge kind="warning">{t`Differs`}</Badge>}
    >
      <Copied id={stripe_customer_id} what={t`Stripe customer ID`} isWhole />
      {failures.map((reason) => (
        <Callout key={reason} kind="danger">
          <p>{t`This customer could not be compared: ${reason}`}</p>
        </Callout>
      ))}
      {changes.length > 0 && (
        <Changes label={t`Differences for ${stripe_customer_id}`} changes={changes} heads={[t`In Marquee`, t`In Stripe`]} />
      )}
    </Panel>
  );
}

/** A member's email address. */
function Address({ id }: { id: string }) {
  const member = useMember(id);
  return <Link to={`/admin/members/${id}`}>{member.data?.user.email ?? (member.error ? t`Member` : '…')}</Link>;
}
