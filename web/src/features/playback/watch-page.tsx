import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useQueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useEffect, useState } from 'react';
import { Link } from '@/lib/router/link';
import { useSearchParams } from '@/lib/router/place';
import { useParams } from '@/lib/router/routes';
import { Icon } from '@/components/icon';
import { NotFound, NotForKids } from '@/components/lost';
import { ErrorNotice } from '@/components/notice';
import { Notices } from '@/components/notices';
import { useIsKids } from '@/lib/age-limit';
import { ApiError, hasCode } from '@/lib/errors/api-error';
import type { ShownVideo } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { invalidate } from '@/lib/queries/keys';
import { useVideo } from '@/lib/queries/use-video';
import type { Film } from './film';
import { playbackRetry } from './retry-policy';
import { StreamLimit } from './stream-limit';
import { usePlayback } from './use-playback';
import styles from './watch-page.module.css';

const loadPlayer = () => import('./player');
const Player = lazy(loadPlayer);
// The player's code loads while the service grants the stream. If that fails, it is requested again when it is needed.
void loadPlayer().catch(() => undefined);

/** The stage goes full screen. It stays from one episode to the next and contains all messages. */
export function Component() {
  const { id = '' } = useParams();
  return (
    <main className={styles.stage}>
      <Watch id={id} />
      <Notices />
    </main>
  );
}

function Watch({ id }: { id: string }) {
  const [params, setParams] = useSearchParams();
  const isFromStart = params.get('from') === 'start';
  const video = useVideo(id, playbackRetry);
  const playback = usePlayback(id);
  const client = useQueryClient();
  const [film, setFilm] = useState<Film | null>(null);
  // A film is opened once per grant. Later updates of the video must not open it again.
  if (video.data && playback.data && film?.playback !== playback.data) {
    setFilm({ video: video.data, playback: playback.data, start: isFromStart ? 0 : playback.data.resume_position });
  }
  const isOpen = film !== null && film.video.id === id;
  usePageTitle(video.data?.title ?? null);
  useEffect(
    () => () => {
      // The position has changed wherever it is shown. Data that the next page has already requested may be too old.
      void client.cancelQueries({ queryKey: ['video', id] });
      void client.cancelQueries({ queryKey: ['home'] });
      invalidate(client, ['video', id], ['home'], ['history']);
    },
    [client, id],
  );
  useEffect(() => {
    // Returning to this URL resumes instead of starting over.
    if (isOpen && isFromStart) setParams({}, { replace: true });
  }, [isOpen, isFromStart, setParams]);

  const isPaused = [video, playback].some((one) => one.fetchStatus === 'paused' && !one.data);
  const error = playback.error ?? video.error ?? (isPaused ? new ApiError('UNREACHABLE', 'There is no network.') : null);
  const retry = () => void (playback.data ? video.refetch() : playback.refetch());
  return (
    <>
      {film && (
        <Suspense fallback={<LoadingScreen video={film.video} isSlow={false} />}>
          <Player film={film} isLeft={!isOpen} />
        </Suspense>
      )}
      {!isOpen &&
        (error ? (
          <Refusal id={id} error={error} isAsking={playback.isFetching} onRetry={retry} />
        ) : (
          <LoadingScreen video={video.data} isSlow={playback.failureCount > 1} />
        ))}
    </>
  );
}

interface RefusalProps {
  id: string;
  error: unknown;
  isAsking: boolean;
  onRetry: () => void;
}

/** Why the film cannot start. */
function Refusal({ id, error, isAsking, onRetry }: RefusalProps) {
  const isKids = useIsKids();
  const isBarred = isKids && hasCode(error, 'FORBIDDEN');
  if (isBarred || hasCode(error, 'NOT_FOUND')) return <div className={styles.paper}>{isBarred ? <NotForKids /> : <NotFound />}</div>;
  return (
    <div className={styles.aside}>
      <Link to={`/videos/${id}`} className={styles.back}>
        <Icon name="back" />
        <Trans>Back to video details</Trans>
      </Link>
      {hasCode(error, 'STREAM_LIMIT_REACHED') ? (
        <StreamLimit error={error} isAsking={isAsking} onRetry={onRetry} />
      ) : (
        <ErrorNotice size="page" error={error} onRetry={onRetry} />
      )}
    </div>
  );
}

/** Shown before the first frame. */
function LoadingScreen({ video, isSlow }: { video: ShownVideo | undefined; isSlow: boolean }) {
  return (
    <div className={styles.curtain} role="status" style={{ backgroundColor: video?.poster?.placeholder }}>
      {video?.poster && <img src={video.poster.url} srcSet={video.poster.srcset} sizes="100vw" alt="" className={styles.poster} />}
      <h1 className={styles.title}>{video?.title ?? t`Loading`}</h1>
      <div className={styles.lights} aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      {isSlow ? (
        <p>
          <Trans>This is taking longer than usual. We’ll keep trying.</Trans>
        </p>
      ) : (
        <span className="visually-hidden">
          <Trans>Loading</Trans>
        </span>
      )}
    </div>
  );
}
