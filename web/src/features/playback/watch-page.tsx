import { useQueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useEffect } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { Icon } from '@/components/icon';
import { ErrorNotice } from '@/components/notice';
import { Notices } from '@/components/notices';
import { hasCode } from '@/lib/errors/api-error';
import type { ShownVideo } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useVideo } from '@/lib/queries/use-video';
import { StreamLimit } from './stream-limit';
import { usePlayback } from './use-playback';
import styles from './watch-page.module.css';

const Player = lazy(() => import('./player'));

export function Component() {
  const { id = '' } = useParams();
  return (
    <main className={styles.stage}>
      {/* Another video is another player. */}
      <Watch key={id} id={id} />
      <Notices />
    </main>
  );
}

function Watch({ id }: { id: string }) {
  const [params] = useSearchParams();
  const video = useVideo(id);
  const playback = usePlayback(id);
  const client = useQueryClient();
  usePageTitle(video.data?.title ?? null);
  useEffect(
    () => () => {
      // How far one is has changed, wherever it is shown; what the next page has asked for already was too early.
      void client.cancelQueries({ queryKey: ['video', id] });
      void client.invalidateQueries({ queryKey: ['video', id] });
      void client.invalidateQueries({ queryKey: ['continue-watching'] });
    },
    [client, id],
  );

  if (playback.data && video.data) {
    return (
      <Suspense fallback={<Curtain video={video.data} />}>
        <Player
          key={playback.data.playback_session_id}
          video={video.data}
          playback={playback.data}
          start={params.get('from') === 'start' ? 0 : playback.data.resume_position}
          onTakeBack={() => void playback.refetch()}
        />
      </Suspense>
    );
  }
  const error = playback.error ?? video.error;
  if (hasCode(error, 'STREAM_LIMIT_REACHED')) {
    return (
      <Aside id={id}>
        <StreamLimit error={error} isAsking={playback.isFetching} onRetry={() => void playback.refetch()} />
      </Aside>
    );
  }
  if (error) {
    return (
      <Aside id={id}>
        <ErrorNotice size="page" error={error} onRetry={() => void (playback.error ? playback.refetch() : video.refetch())} />
      </Aside>
    );
  }
  return <Curtain video={video.data} />;
}

/** What is seen before the first frame. */
function Curtain({ video }: { video: ShownVideo | undefined }) {
  return (
    <div className={styles.curtain} role="status" style={{ backgroundColor: video?.poster?.placeholder }}>
      <h1 className={styles.title}>{video?.title ?? 'One moment'}</h1>
      <div className={styles.lights} aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <span className="visually-hidden">Loading</span>
    </div>
  );
}

function Aside({ id, children }: { id: string; children: React.ReactNode }) {
  return (
    <div className={styles.aside}>
      <Link to={`/videos/${id}`} className={styles.back}>
        <Icon name="back" />
        Back to the video
      </Link>
      {children}
    </div>
  );
}
