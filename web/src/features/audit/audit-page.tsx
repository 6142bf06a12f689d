import { Link, useSearchParams } from 'react-router';
import { Button } from '@/components/button';
import { Copied } from '@/components/copied';
import { DayFilter } from '@/components/day-filter';
import { EndlessTable } from '@/components/endless-table';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import type { Column } from '@/components/table';
import { ago, capital, moment } from '@/lib/format';
import type { Deed } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useMe } from '@/lib/queries/use-me';
import { useMember } from '@/lib/queries/use-member';
import styles from './audit-page.module.css';
import { DeedDetail } from './deed-detail';
import { useAudit } from './use-audit';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const ACTIONS: Partial<Record<string, string>> = {
  'video.create': 'Added a video',
  'video.update': 'Changed a video',
  'video.delete': 'Deleted a video',
  'member.comp': 'Changed a complimentary plan',
  'payment.refund': 'Refunded a payment',
  'subscription.cancel_duplicate': 'Cancelled a second subscription',
  'user.grant_admin': 'Made an operator',
  'billing.replay_event': 'Replayed a billing event',
  'billing.reconcile': 'Repaired a drift',
};

const COLUMNS: Column<Deed>[] = [
  { key: 'action', head: 'What', isName: true, cell: ({ action }) => ACTIONS[action] ?? capital(action.replace(/[._]/g, ' ')) },
  { key: 'subject', head: 'Whom or what', cell: (deed) => <Subject deed={deed} /> },
  { key: 'reason', head: 'Why', cell: ({ reason }) => <span className={styles.reason}>{reason}</span> },
  { key: 'actor', head: 'By', cell: ({ actor }) => <Actor actor={actor} /> },
  {
    key: 'at',
    head: 'When',
    align: 'end',
    cell: ({ at }) => (
      <time dateTime={at} title={moment(at)} className={styles.when}>
        {ago(at)}
      </time>
    ),
  },
];

export function Component() {
  usePageTitle('Audit');
  const [params, setParams] = useSearchParams();
  const wanted = params.get('day') ?? '';
  const day = DAY.test(wanted) ? wanted : undefined;
  const audit = useAudit(day);
  return (
    <>
      <PageHead title="Audit" lead="What was done by hand or by rule: by whom, why, and what it was before." />
      <div className={styles.filters}>
        <DayFilter day={day} onChange={(chosen) => setParams(chosen ? { day: chosen } : {}, { preventScrollReset: true })} />
        {day && (
          <Button look="plain" onClick={() => setParams({})}>
            Every day
          </Button>
        )}
      </div>
      <EndlessTable
        label="Deeds"
        list={audit}
        columns={COLUMNS}
        rowKey={({ at, action, subject, actor }) => `${at} ${action} ${subject} ${actor}`}
        detail={(deed) => <DeedDetail deed={deed} />}
        detailLabel={({ action, at }) => `What it changed: ${ACTIONS[action] ?? action}, ${moment(at)}`}
        empty={
          <Empty icon={MORE_ICONS.audit} title={day ? 'A quiet day' : 'Nothing has been done yet'} text={day ? 'Nobody changed anything on that day.' : 'Whatever operators change is written down here.'}>
            {day && <Button onClick={() => setParams({})}>Show every day</Button>}
          </Empty>
        }
      />
    </>
  );
}

function Subject({ deed: { action, subject, after } }: { deed: Deed }) {
  const title = typeof after === 'object' && after !== null && 'title' in after && typeof after.title === 'string' ? after.title : null;
  if (action.startsWith('video.') && action !== 'video.delete') {
    return (
      <Link to={`/admin/videos/${subject}`} className={styles.link}>
        {title ?? 'A video'}
      </Link>
    );
  }
  if ((action.startsWith('member.') || action.startsWith('user.')) && ID.test(subject)) return <Person id={subject} />;
  return <Copied id={subject} what="Id of the subject" />;
}

/** A person by their address, or the function that did it. */
function Actor({ actor }: { actor: string }) {
  const me = useMe();
  if (!ID.test(actor)) return <span className={styles.quiet}>{actor}</span>;
  return actor === me.data?.id ? <span>You</span> : <Person id={actor} />;
}

function Person({ id }: { id: string }) {
  const member = useMember(id);
  // One that was deleted meanwhile is known by the id alone.
  if (member.error) return <Copied id={id} what="Id of the member" />;
  return (
    <Link to={`/admin/members/${id}`} className={styles.link}>
      {member.data?.user.email ?? '…'}
    </Link>
  );
}
