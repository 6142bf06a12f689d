import { useState } from 'react';
import { Link } from 'react-router';
import { Badge } from '@/components/badge';
import { Bar } from '@/components/bar';
import { Button } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { Copied } from '@/components/copied';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice, Remark } from '@/components/notice';
import { Panel } from '@/components/panel';
import { Table } from '@/components/table';
import type { Column } from '@/components/table';
import { count } from '@/lib/format';
import type { Drift } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { BillingHead } from './billing-head';
import styles from './billing.module.css';
import { useReconcile } from './use-reconcile';
import type { Run } from './use-reconcile';

const COLUMNS: Column<Drift>[] = [
  {
    key: 'whose',
    head: 'Customer',
    isName: true,
    cell: ({ user_id, stripe_customer_id }) =>
      user_id ? (
        <Link to={`/admin/members/${user_id}`} className={styles.link}>
          {stripe_customer_id}
        </Link>
      ) : (
        <Copied id={stripe_customer_id} what="Stripe customer" isWhole />
      ),
  },
  {
    key: 'differences',
    head: 'What differs',
    cell: ({ differences }) => (
      <span className={styles.differences}>
        {differences.map(({ what, stored, stripe }) => (
          <span key={what} className={styles.difference}>
            <span className={styles.what}>{what}</span>
            <span className={styles.values}>
              <span>
                kept: <code>{shown(stored)}</code>
              </span>
              <span>
                Stripe: <code>{shown(stripe)}</code>
              </span>
            </span>
          </span>
        ))}
      </span>
    ),
  },
  { key: 'applied', head: 'State', align: 'end', cell: ({ applied }) => (applied ? <Badge kind="positive">Repaired</Badge> : <Badge kind="warning">Differs</Badge>) },
];

export function Component() {
  usePageTitle('Drift');
  const { run, start, goOn, stop } = useReconcile();
  const [asks, setAsks] = useState(false);
  const isRunning = run?.state === 'running';
  const found = run?.drift.filter(({ applied }) => !applied).length ?? 0;
  return (
    <>
      <BillingHead />
      <Panel
        title="Compare with Stripe"
        aside={
          <span className={styles.line}>
            {isRunning ? (
              <Button size="sm" icon={MORE_ICONS.pause} onClick={stop}>
                Stop
              </Button>
            ) : (
              <Button size="sm" look={run ? 'quiet' : 'primary'} icon={MORE_ICONS.sync} onClick={() => start(false)}>
                {run ? 'Compare again' : 'Compare now'}
              </Button>
            )}
          </span>
        }
      >
        <p className={styles.quiet}>Asks Stripe about every customer and tells where what is kept here says something else. A job does the same every night and repairs it.</p>
        {run && <Progress run={run} goOn={goOn} />}
      </Panel>
      {run && run.drift.length > 0 && (
        <>
          {found > 0 && !isRunning && (
            <div className={styles.line}>
              <Button look="primary" icon="check" onClick={() => setAsks(true)}>
                {`Repair ${count(found, 'customer')}`}
              </Button>
            </div>
          )}
          <Table label="Drift" columns={COLUMNS} rows={run.drift} rowKey={({ stripe_customer_id }) => stripe_customer_id} />
        </>
      )}
      {run?.state === 'done' && run.drift.length === 0 && <Empty icon="check" title="Nothing differs" text={`${count(run.checked, 'customer')}, and of each the same is kept here as at Stripe.`} />}
      <Confirm
        open={asks}
        onClose={() => setAsks(false)}
        title="Repair what differs?"
        description="Every customer is compared again, and what Stripe says is written wherever something else is kept. Access changes with it at once; mails that are due are sent."
        deed="Repair"
        look="primary"
        act={() => {
          start(true);
          return Promise.resolve();
        }}
      />
    </>
  );
}

function Progress({ run, goOn }: { run: Run; goOn: () => void }) {
  const { state, apply, checked, drift, error } = run;
  const sum = `${count(checked, 'customer')} compared, ${drift.length === 0 ? 'none differs' : apply ? `${drift.filter(({ applied }) => applied).length} repaired` : `${drift.length} ${drift.length === 1 ? 'differs' : 'differ'}`}`;
  return (
    <div className={styles.run}>
      {state === 'running' && <Bar label={apply ? 'Repairing' : 'Comparing'} value={null} />}
      <p role="status" className={styles.quiet}>
        {state === 'running' ? `${apply ? 'Repairing' : 'Comparing'}: ${sum} so far.` : state === 'done' ? `Done: ${sum}.` : `Stopped: ${sum} so far.`}
      </p>
      {state === 'failed' && <ErrorNotice size="line" error={error} onRetry={goOn} />}
      {state === 'stopped' && (
        <Remark kind="info">
          <p>It was stopped before all were compared.</p>
          <Button size="sm" onClick={goOn}>
            Go on
          </Button>
        </Remark>
      )}
    </div>
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
