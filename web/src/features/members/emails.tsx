import { t } from '@lingui/core/macro';
import { Badge } from '@/components/badge';
import { Note } from '@/components/panel';
import { Table } from '@/components/table';
import type { Column } from '@/components/table';
import { moment } from '@/lib/format';
import type { Email } from '@/lib/models';

/** The emails to a member, and whether each was delivered, as far as we know. */
export function Emails({ emails }: { emails: Email[] }) {
  if (emails.length === 0) return <Note>{t`No emails yet.`}</Note>;
  const columns: Column<Email>[] = [
    { key: 'subject', head: t`Subject`, isName: true, cell: ({ subject }) => subject },
    { key: 'created', head: t`Created`, cell: ({ created_at }) => moment(created_at) },
    { key: 'state', head: t`Status`, cell: (email) => <State email={email} /> },
    { key: 'failure', head: t`Error`, cell: ({ failure }) => failure },
  ];
  return <Table label={t`Emails`} columns={columns} rows={emails} rowKey={({ subject, created_at }) => `${created_at} ${subject}`} />;
}

function State({ email: { state, failure } }: { email: Email }) {
  switch (state) {
    case 'sent':
      return <Badge kind="positive">{t`Sent`}</Badge>;
    case 'refused':
      return <Badge kind="danger">{t`Not delivered`}</Badge>;
    case 'dropped':
      return <Badge>{t`Outdated, not sent`}</Badge>;
    default:
      return failure ? <Badge kind="warning">{t`Retrying`}</Badge> : <Badge>{t`Sending`}</Badge>;
  }
}
