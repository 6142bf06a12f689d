import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice } from '@/components/notice';
import { Sheet, SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { deviceName } from '@/lib/device-name';
import { sentence } from '@/lib/errors/explain';
import { ago, day } from '@/lib/format';
import type { Session, Stream } from '@/lib/models';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { useSignOut } from '@/lib/queries/use-sign-out';
import { useStopStream } from '@/lib/queries/use-stop-stream';
import { useStreams } from '@/lib/queries/use-streams';
import styles from './devices-page.module.css';
import { useRevokeSession } from './use-revoke-session';
import { useSessions } from './use-sessions';

export function Component() {
  usePageTitle('Devices');
  return (
    <SheetPage title="Devices" lead="Where you are signed in, and what plays there. A device that you sign out is out at once.">
      <Streams />
      <Sheet title="Signed in">
        <Sessions />
      </Sheet>
    </SheetPage>
  );
}

function Sessions() {
  const sessions = useSessions();
  if (sessions.data) {
    // The one that asks is always among them.
    return (
      <ul className={styles.list}>
        {sessions.data.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
    );
  }
  if (sessions.error) return <ErrorNotice error={sessions.error} onRetry={() => void sessions.refetch()} />;
  return (
    <Loading label="Loading your devices">
      <Skeleton shape="text" lines={4} />
    </Loading>
  );
}

function SessionRow({ session }: { session: Session }) {
  const revoke = useRevokeSession();
  const signOut = useSignOut();
  const name = deviceName(session.device_name);
  const isPhone = /iPhone|Android/.test(session.device_name);
  const out = () =>
    revoke.mutate(session.id, {
      onSuccess: () => notify(`${name} is signed out.`),
      onError: (error) => notify(sentence(error), 'failed'),
    });
  return (
    <li className={styles.row}>
      <span className={styles.mark}>
        <Icon name={isPhone ? MORE_ICONS.phone : MORE_ICONS.device} />
      </span>
      <div className={styles.what}>
        <p className={styles.name}>
          {name} {session.current && <Badge kind="accent">This device</Badge>}
        </p>
        <p className={styles.when}>{`Used ${ago(session.last_used_at)}, signed in ${day(session.created_at)}`}</p>
      </div>
      <Button
        size="sm"
        busy={revoke.isPending || signOut.isPending}
        aria-label={`Sign out ${name}`}
        onClick={() => (session.current ? signOut.mutate() : out())}
      >
        Sign out
      </Button>
    </li>
  );
}

function Streams() {
  const streams = useStreams();
  return (
    <Sheet title="Playing now">
      {streams.data ? (
        streams.data.length > 0 ? (
          <ul className={styles.list}>
            {streams.data.map((stream) => (
              <StreamRow key={stream.playback_session_id} stream={stream} />
            ))}
          </ul>
        ) : (
          <Empty icon="play" title="All quiet" text="Nothing plays on your account at the moment." />
        )
      ) : streams.error ? (
        <ErrorNotice error={streams.error} onRetry={() => void streams.refetch()} />
      ) : (
        <Loading label="Loading what plays">
          <Skeleton shape="text" lines={2} />
        </Loading>
      )}
    </Sheet>
  );
}

function StreamRow({ stream }: { stream: Stream }) {
  const stop = useStopStream();
  return (
    <li className={styles.row}>
      <span className={styles.mark}>
        <Icon name="play" />
      </span>
      <div className={styles.what}>
        <p className={styles.name}>{stream.video_title}</p>
        <p className={styles.when}>{`${deviceName(stream.device_name)}, since ${ago(stream.started_at)}`}</p>
      </div>
      <Button
        size="sm"
        busy={stop.isPending}
        aria-label={`Stop ${stream.video_title}`}
        onClick={() => stop.mutate(stream.playback_session_id, { onError: (error) => notify(sentence(error), 'failed') })}
      >
        Stop
      </Button>
    </li>
  );
}
