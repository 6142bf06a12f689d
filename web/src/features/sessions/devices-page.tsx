import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
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
  usePageTitle(t`Devices`);
  return (
    <SheetPage title={t`Devices`} lead={t`Where you’re signed in and what’s playing. Signing out a device takes effect right away.`}>
      <Streams />
      <Sheet title={t`Signed-in devices`}>
        <Sessions />
      </Sheet>
    </SheetPage>
  );
}

function Sessions() {
  const sessions = useSessions();
  if (sessions.data) {
    // The list always contains the current session.
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
    <Loading label={t`Loading your devices`}>
      <Skeleton shape="text" lines={4} />
    </Loading>
  );
}

function SessionRow({ session }: { session: Session }) {
  const revoke = useRevokeSession();
  const signOut = useSignOut();
  const name = deviceName(session.device_name);
  const [used, since] = [ago(session.last_used_at), day(session.created_at)];
  const isPhone = /iPhone|Android/.test(session.device_name);
  const out = () =>
    revoke.mutate(session.id, {
      onSuccess: () => notify(t`${name} is signed out.`),
      onError: (error) => notify(sentence(error), 'failed'),
    });
  return (
    <li className={styles.row}>
      <span className={styles.mark}>
        <Icon name={isPhone ? MORE_ICONS.phone : MORE_ICONS.device} />
      </span>
      <div className={styles.what}>
        <p className={styles.name}>
          {name}{' '}
          {session.current && (
            <Badge kind="accent">
              <Trans>This device</Trans>
            </Badge>
          )}
        </p>
        <p className={styles.when}>{t`Last used: ${used} · Signed in: ${since}`}</p>
      </div>
      <Button
        size="sm"
        busy={revoke.isPending || signOut.isPending}
        aria-label={t`Sign out ${name}`}
        onClick={() => (session.current ? signOut.mutate() : out())}
      >
        {session.current ? t`Sign out` : t({ message: 'Sign out', context: 'a device' })}
      </Button>
    </li>
  );
}

function Streams() {
  const streams = useStreams();
  return (
    <Sheet title={t`Playing now`}>
      {streams.data ? (
        streams.data.length > 0 ? (
          <ul className={styles.list}>
            {streams.data.map((stream) => (
              <StreamRow key={stream.playback_session_id} stream={stream} />
            ))}
          </ul>
        ) : (
          <Empty icon="play" title={t`Nothing is playing`} text={t`Nothing is playing on your account right now.`} />
        )
      ) : streams.error ? (
        <ErrorNotice error={streams.error} onRetry={() => void streams.refetch()} />
      ) : (
        <Loading label={t`Loading what’s playing`}>
          <Skeleton shape="text" lines={2} />
        </Loading>
      )}
    </Sheet>
  );
}

function StreamRow({ stream }: { stream: Stream }) {
  const stop = useStopStream();
  const { video_title: title, profile_name: profile } = stream;
  const [device, started] = [deviceName(stream.device_name), ago(stream.started_at)];
  return (
    <li className={styles.row}>
      <span className={styles.mark}>
        <Icon name="play" />
      </span>
      <div className={styles.what}>
        <p className={styles.name}>{stream.video_title}</p>
        <p className={styles.when}>{profile ? t`${profile} · ${device} · Started: ${started}` : t`${device} · Started: ${started}`}</p>
      </div>
      <Button
        size="sm"
        busy={stop.isPending}
        aria-label={t`Stop ${title}`}
        onClick={() => stop.mutate(stream.playback_session_id, { onError: (error) => notify(sentence(error), 'failed') })}
      >
        <Trans>Stop</Trans>
      </Button>
    </li>
  );
}
