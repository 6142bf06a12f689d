import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useSearchParams } from '@/lib/router/place';
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
import { ago, utcDay } from '@/lib/format';
import type { Member, PlanType, Status } from '@/lib/models';
import { planName } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import styles from './members-page.module.css';
import { STATUSES, StatusBadge, statusName } from './status-badge';
import { useMembers } from './use-members';

const QUERY_LENGTH_MAX = 200;

const options = (): { value: Status | 'all'; label: string }[] => [
  { value: 'all', label: t`All statuses` },
  ...STATUSES.filter((status) => status !== 'unknown').map((status) => ({ value: status, label: statusName(status) })),
];

/** The values of the filter by whether the address is confirmed, as they are in the URL. */
const VERIFIED = ['true', 'false'] as const;

const verifiedOptions = (): { value: (typeof VERIFIED)[number] | 'all'; label: string }[] => [
  { value: 'all', label: t`All addresses` },
  { value: 'true', label: t`Confirmed` },
  { value: 'false', label: t`Not confirmed` },
];

function compName(plan_type: PlanType): string {
  const plan = planName(plan_type);
  return t`${plan} (comp)`;
}

const columns = (): Column<Member>[] => [
  {
    key: 'email',
    head: t`Member`,
    isName: true,
    cell: (member) => (
      <RowLink
        to={`/admin/members/${member.id}`}
        meta={
          <>
            {member.name}
            {member.role === 'admin' && <Badge kind="accent">{t`Admin`}</Badge>}
            {!member.email_verified && <Badge>{t`Email not confirmed`}</Badge>}
          </>
        }
      >
        {member.email}
      </RowLink>
    ),
  },
  { key: 'status', head: t`Subscription`, cell: (member) => <StatusBadge status={member.status} /> },
  {
    key: 'plan',
    head: t`Plan`,
    cell: (member) =>
      (member.plan_type ?? member.complimentary_plan) ? (
        <span className={styles.plans}>
          {member.plan_type && <PlanBadge plan={member.plan_type} />}
          {member.complimentary_plan && <Badge>{compName(member.complimentary_plan)}</Badge>}
        </span>
      ) : null,
  },
  {
    key: 'renews',
    head: t`Period ends`,
    cell: (member) => member.current_period_end && <span className={styles.quiet}>{utcDay(member.current_period_end)}</span>,
  },
  { key: 'joined', head: t`Joined`, align: 'end', cell: (member) => <span className={styles.quiet}>{ago(member.created_at)}</span> },
];

export function Component() {
  usePageTitle(t`Members`);
  const [params, setParams] = useSearchParams();
  const q = Array.from((params.get('q') ?? params.get('email') ?? '').trim())
    .slice(0, QUERY_LENGTH_MAX)
    .join('');
  const status = STATUSES.find((known) => known === params.get('status'));
  const verified = VERIFIED.find((known) => known === params.get('verified'));
  const members = useMembers({ q: q || undefined, status, verified: verified === undefined ? undefined : verified === 'true' });
  const issue = q ? (fieldIssues(members.error).q ?? null) : null;
  const change = (changes: { q?: string; status?: string; verified?: string }) => {
    const next = { q, status: status ?? '', verified: verified ?? '', ...changes };
    setParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')), { preventScrollReset: true });
  };
  return (
    <>
      <PageHead title={t`Members`} />
      <div className={styles.filters}>
        <Search key={q} q={q} issue={issue} onSearch={(wanted) => change({ q: wanted })} />
        <div className={styles.status}>
          <Select
            label={t`Subscription`}
            value={status ?? 'all'}
            options={options()}
            onChange={(value) => change({ status: value === 'all' ? '' : value })}
          />
        </div>
        <div className={styles.status}>
          <Select
            label={t`Email address`}
            value={verified ?? 'all'}
            options={verifiedOptions()}
            onChange={(value) => change({ verified: value === 'all' ? '' : value })}
          />
        </div>
      </div>
      {q && members.hasNextPage && <Searched />}
      {issue === null && (
        <EndlessTable
          label={t`Members`}
          list={members}
          columns={columns()}
          rowKey={(member) => member.id}
          empty={
            q || status || verified ? (
              <Empty
                icon={MORE_ICONS.users}
                title={t`No members found`}
                text={q ? t`No name or email address matches this search.` : t`No member matches these filters.`}
              >
                <Button onClick={() => setParams({})}>{t`Show all members`}</Button>
              </Empty>
            ) : (
              <Empty icon={MORE_ICONS.users} title={t`No members yet`} text={t`Nobody has created an account yet.`} />
            )
          }
        />
      )}
    </>
  );
}

/** Says how far the search went: it covers a page of members at a time, newest first, and continues on scrolling. */
function Searched() {
  return (
    <p role="status" className={styles.quiet}>
      {t`The newest members are searched first. Scroll down to search further.`}
    </p>
  );
}

/** Finds members by any part of their address or name. */
function Search({ q, issue, onSearch }: { q: string; issue: string | null; onSearch: (q: string) => void }) {
  const [typed, setTyped] = useState(q);
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
        label={t`Name or email address`}
        type="search"
        autoComplete="off"
        placeholder={t`Any part of a name or address`}
        maxLength={QUERY_LENGTH_MAX}
        value={typed}
        issue={issue}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" icon="search">
        {t`Search`}
      </Button>
      {q && (
        <Button look="plain" onClick={() => onSearch('')}>
          {t`Clear`}
        </Button>
      )}
    </form>
  );
}
