import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { Badge, PlanBadge } from '@/components/badge';
import { Button } from '@/components/button';
import { EndlessTable } from '@/components/endless-table';
import { TextField } from '@/components/field';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import { RowLink } from '@/components/row-link';
import { Select } from '@/components/select';
import type { Column } from '@/components/table';
import { fieldIssues } from '@/lib/errors/api-error';
import { ago, day } from '@/lib/format';
import type { Member, Status } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import styles from './members-page.module.css';
import { STATUSES, StatusBadge } from './status-badge';
import { useMembers } from './use-members';

const EMAIL_LENGTH_MAX = 320;

const OPTIONS: { value: Status | 'all'; label: string }[] = [
  { value: 'all', label: 'Every status' },
  ...(Object.keys(STATUSES) as Status[]).filter((status) => status !== 'unknown').map((status) => ({ value: status, label: STATUSES[status].label })),
];

const COLUMNS: Column<Member>[] = [
  {
    key: 'email',
    head: 'Member',
    isName: true,
    cell: (member) => (
      <RowLink
        to={`/admin/members/${member.id}`}
        meta={
          <>
            {member.name}
            {member.role === 'admin' && <Badge kind="accent">Operator</Badge>}
          </>
        }
      >
        {member.email}
      </RowLink>
    ),
  },
  { key: 'status', head: 'Subscription', cell: (member) => <StatusBadge status={member.status} /> },
  {
    key: 'plan',
    head: 'Plan',
    cell: (member) =>
      (member.plan_type ?? member.complimentary_plan) ? (
        <span className={styles.plans}>
          {member.plan_type && <PlanBadge plan={member.plan_type} />}
          {member.complimentary_plan && <Badge kind="neutral">{`${member.complimentary_plan === 'premium' ? 'Premium' : 'Basic'}, given`}</Badge>}
        </span>
      ) : null,
  },
  { key: 'renews', head: 'Period ends', cell: (member) => member.current_period_end && <span className={styles.quiet}>{day(member.current_period_end)}</span> },
  { key: 'joined', head: 'Joined', align: 'end', cell: (member) => <span className={styles.quiet}>{ago(member.created_at)}</span> },
];

export function Component() {
  usePageTitle('Members');
  const [params, setParams] = useSearchParams();
  const email = params.get('email')?.trim().slice(0, EMAIL_LENGTH_MAX) ?? '';
  const status = OPTIONS.map(({ value }) => value).find((known) => known !== 'all' && known === params.get('status')) as Status | undefined;
  const members = useMembers({ email: email || undefined, status });
  const issue = email ? (fieldIssues(members.error).email ?? null) : null;
  const change = (changes: { email?: string; status?: string }) => {
    const next = { email, status: status ?? '', ...changes };
    setParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')), { preventScrollReset: true });
  };
  return (
    <>
      <PageHead title="Members" />
      <div className={styles.filters}>
        <Search key={email} email={email} issue={issue} onSearch={(wanted) => change({ email: wanted })} />
        <div className={styles.status}>
          <Select label="Subscription" value={status ?? 'all'} options={OPTIONS} onChange={(value) => change({ status: value === 'all' ? '' : value })} />
        </div>
      </div>
      {issue === null && (
        <EndlessTable
          label="Members"
          list={members}
          columns={COLUMNS}
          rowKey={(member) => member.id}
          empty={
            email || status ? (
              <Empty icon={MORE_ICONS.users} title="Nobody goes by that" text={email ? 'The address has to be the whole of it, as it was registered.' : 'No subscription stands so at the moment.'}>
                <Button onClick={() => setParams({})}>Show everybody</Button>
              </Empty>
            ) : (
              <Empty icon={MORE_ICONS.users} title="The seats are empty" text="Nobody has opened an account yet." />
            )
          }
        />
      )}
    </>
  );
}

/** Finds one member by their whole address; asked for by Enter, since half an address is nobody's. */
function Search({ email, issue, onSearch }: { email: string; issue: string | null; onSearch: (email: string) => void }) {
  const [typed, setTyped] = useState(email);
  return (
    <form
      role="search"
      className={styles.search}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(typed.trim());
      }}
    >
      <TextField
        label="Email address"
        type="email"
        inputMode="email"
        autoComplete="off"
        placeholder="The whole address"
        maxLength={EMAIL_LENGTH_MAX}
        value={typed}
        issue={issue}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" icon="search">
        Find
      </Button>
      {email && (
        <Button look="plain" onClick={() => onSearch('')}>
          Clear
        </Button>
      )}
    </form>
  );
}
