import { t } from '@lingui/core/macro';
import { Note } from '@/components/panel';
import { Table } from '@/components/table';
import type { Column } from '@/components/table';
import { deviceName } from '@/lib/device-name';
import { moment } from '@/lib/format';
import type { MemberDetail } from '@/lib/models';

type Device = MemberDetail['devices'][number];

/** The devices on which a member is signed in. */
export function Devices({ devices }: { devices: Device[] }) {
  if (devices.length === 0) return <Note>{t`Not signed in on any device.`}</Note>;
  const columns: Column<Device>[] = [
    { key: 'device', head: t`Device`, isName: true, cell: ({ device_name }) => deviceName(device_name) },
    { key: 'signed-in', head: t`Signed in`, cell: ({ created_at }) => moment(created_at) },
    { key: 'used', head: t`Last used`, cell: ({ last_used_at }) => moment(last_used_at) },
  ];
  return <Table label={t`Devices`} columns={columns} rows={devices} rowKey={({ id }) => id} />;
}
