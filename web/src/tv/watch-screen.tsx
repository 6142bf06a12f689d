import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { busyStreams } from '@/features/playback/busy-streams';
import type { Film } from '@/features/playback/film';
import { playbackRetry } from '@/features/playback/retry-policy';
import { usePlayback } from '@/features/playback/use-playback';
import { api, data } from '@/lib/api';
import { deviceName } from '@/lib/device-name';
import { hasCode } from '@/lib/errors/api-error';
import type { ApiError } from '@/lib/errors/api-error';
import { invalidate } from '@/lib/queries/keys';
import { useVideo } from '@/lib/queries/use-video';
import type { ScreenProps } from './app';
import { Group, Item, useOnce } from './focus';
import { Failure, Waiting } from './messages';
import { Player } from './player';

/** Plays a video: asks for it, and then hands it to the player. */
export default function WatchScreen({ focusKey, id, isFromStart }: ScreenProps & { id: string; isFromStart: boolean }) {
  const video = useVideo(id, playbackRetry);
  const playback = usePlayback(id);
  const client = useQueryClient();
  const [film, setFilm] = useState<Film | null>(null);
  // A film is opened once per grant. Later updates of the video must not open it again.
  if (video.data && playback.data && film?.playback !== playback.data) {
    setFilm({ video: video.data, playback: playback.data, start: isFromStart ? 0 : playback.data.resume_position });
  }
  useEffect(() => () => invalidate(client, ['video', id], ['home'], ['history']), [client, id]);
  if (film?.video.id === id) return <Player film={film} focusKey={focusKey} />;
  const error = playback.error ?? video.error;
  const retry = () => void (playback.data ? video.refetch() : playback.refetch());
  if (hasCode(error, 'STREAM_LIMIT_REACHED')) return <StreamLimit error={error} focusKey={focusKey} onFreed={retry} />;
  return error ? <Failure error={error} focusKey={focusKey} onRetry={retry} /> : <Waiting label={video.data?.title ?? t`Loading`} />;
}

/** The devices that play, each with a button that stops it and plays here. */
export function StreamLimit({ error, focusKey, onFreed }: { error: ApiError; focusKey: string; onFreed: () => void }) {
  const stop = useMutation({
    mutationFn: (session_id: string) => data(api.DELETE('/api/playback/{session_id}', { params: { path: { session_id } } })),
    onSettled: onFreed,
  });
  useOnce(true, () => void setFocus(`${focusKey}-busy`));
  return (
    <div className="message" role="alert">
      <h1>{t`Too many devices are playing`}</h1>
      <p>{t`Stop one of them to watch here.`}</p>
      <Group focusKey={`${focusKey}-busy`} className="stacked">
        {busyStreams(error).map(({ playback_session_id, device_name, video_title }) => {
          const device = deviceName(device_name);
          return (
            <Item key={playback_session_id} className="button" onPress={() => stop.mutate(playback_session_id)}>
              {t`Stop “${video_title}” on ${device}`}
            </Item>
          );
        })}
      </Group>
    </div>
  );
}
