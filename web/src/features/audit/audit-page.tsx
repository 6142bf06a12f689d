import { t } from '@lingui/core/macro';
import { Link } from '@/lib/router/link';
import { useSearchParams } from '@/lib/router/place';
import { Button } from '@/components/button';
import { Copied } from '@/components/copied';
import { DayFilter } from '@/components/day-filter';
import { EndlessTable } from '@/components/endless-table';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import type { Column } from '@/components/table';
import { ago, moment } from '@/lib/format';
import type { AuditEntry } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useMe } from '@/lib/queries/use-me';
import { useMember } from '@/lib/queries/use-member';
import styles from './audit-page.module.css';
import { AuditEntryDetail } from './audit-entry-detail';
import { useAudit } from './use-audit';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The name of an action. Actions that this page does not know are shown as their code. */
function nameOf(action: string): string {
  const names: Partial<Record<string, string>> = {
    'video.create': t`Added a video`,
    'video.update': t`Edited a video`,
    'video.delete': t`Deleted a video`,
    'video.replace_upload': t`Replaced a video file`,
    'series.create': t`Added a series`,
    'series.update': t`Edited a series`,
    'series.delete': t`Deleted a series`,
    'member.comp': t`Changed comp access`,
    'payment.refund': t`Refunded a payment`,
    'payment.dispute_opened': t`Dispute opened`,
    'payment.dispute_closed': t`Dispute closed`,
    'subscription.cancel_duplicate': t`Cancelled a duplicate subscription`,
    'user.grant_admin': t`Granted admin access`,
    'billing.replay_event': t`Replayed a billing event`,
    'billing.reconcile': t`Repaired billing data`,
  };
  return names[action] ?? action;
}

const columns = (): Column<AuditEntry>[] => [
  { key: 'action', head: t`Action`, isName: true, cell: ({ action }) => nameOf(action) },
  { key: 'subject', head: t`Target`, cell: (entry) => <Subject entry={entry} /> },
  { key: 'reason', head: t`Reason`, cell: ({ reason }) => <span className={styles.reason}>{reasonText(reason)}</span> },
  { key: 'actor', head: t`By`, cell: ({ actor }) => <Actor actor={actor} /> },
  {
    key: 'at',
    head: t`When`,
    align: 'end',
    cell: ({ at }) => (
      <time dateTime={at} title={moment(at)} className={styles.when}>
        {ago(at)}
      </time>
    ),
  },
];

/** The reason of a change. The service gives its own in English where it asks for none. */
function reasonText(reason: string): string {
  return reason === 'edited by an administrator' ? t`Edited by an administrator` : reason;
}

export function Component() {
  usePageTitle(t`Audit log`);
  const [params, setParams] = useSearchParams();
  const wanted = params.get('day') ?? '';
  const day = DAY.test(wanted) ? wanted : undefined;
  const audit = useAudit(day);
  return (
    <>
      <PageHead
        title={t`Audit log`}
        lead={t`Every change that an admin or an automatic rule made: who made it, why, and what it replaced.`}
      />
      <div className={styles.filters}>
        <DayFilter day={day} onChange={(chosen) => setParams(chosen ? { day: chosen } : {}, { preventScrollReset: true })} />
        {day && (
          <Button look="plain" onClick={() => setParams({})}>
            {t`Show all days`}
          </Button>
        )}
      </div>
      <EndlessTable
        label={t`Audit log`}
        list={audit}
        columns={columns()}
        rowKey={({ at, action, subject, actor }) => `${at} ${action} ${subject} ${actor}`}
        detail={(entry) => <AuditEntryDetail entry={entry} />}
        detailLabel={({ action, at }) => {
          const [name, time] = [nameOf(action), moment(at)];
          return t`Show changes: ${name}, ${time}`;
        }}
        empty={
          <Empty
            icon={MORE_ICONS.audit}
            title={day ? t`No changes on this day` : t`No changes yet`}
            text={day ? t`Choose another day, or show all days.` : t`Changes that admins make appear here.`}
          >
            {day && <Button onClick={() => setParams({})}>{t`Show all days`}</Button>}
          </Empty>
        }
      />
    </>
  );
}

function Subject({ entry: { action, subject, after } }: { entry: AuditEntry }) {
  const title = typeof after === 'object' && after !== null && 'title' in after && typeof after.title === 'string' ? after.title : null;
  if (action.startsWith('video.') && action !== 'video.delete') {
    return (
      <Link to={`/admin/videos/${subject}`} className={styles.link}>
        {title ?? t`Video`}
      </Link>
    );
  }
  if ((action.startsWith('member.') || action.startsWith('user.')) && ID.test(subject)) return <Person id={subject} />;
  return <Copied id={subject} what={t`Target ID`} />;
}

/** The email address of the admin, or the name of the function. */
function Actor({ actor }: { actor: string }) {
  const me = useMe();
  if (!ID.test(actor)) return <span className={styles.quiet}>{actor}</span>;
  return actor === me.data?.id ? <span>{t`You`}</span> : <Person id={actor} />;
}

function Person({ id }: { id: string }) {
  const member = useMember(id);
  // Only the ID of a deleted member is still known.
  if (member.error) return <Copied id={id} what={t`Member ID`} />;
  return (
    <Link to={`/admin/members/${id}`} className={styles.link}>
      {member.data?.user.email ?? '…'}
    </Link>
  );
}
