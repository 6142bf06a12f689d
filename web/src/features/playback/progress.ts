import { api, data, sendInParting } from '@/lib/api';
import { serviceClock } from './service-clock';

export interface Position {
  progress: number;
  duration: number | null;
  completed?: boolean;
}

/** The player's position at a time. */
export interface Report extends Position {
  client_time: string;
}

export const reportOf = (position: Position): Report => ({ ...position, client_time: serviceClock.now() });

/** Reports the position. This is also the heartbeat of the stream. */
export async function report(id: string, playback_session_id: string, told: Report): Promise<void> {
  const answer = api.PUT('/api/videos/{id}/progress', { params: { path: { id } }, body: { ...told, playback_session_id } });
  await data(answer);
  serviceClock.hear((await answer).response.headers.get('date'));
}

/** Reports the last position and frees the stream. */
export async function leave(id: string, playback_session_id: string, position: Position | null, isPageLeft: boolean): Promise<void> {
  const told = position && sendInParting('PUT', `/api/videos/${id}/progress`, { ...reportOf(position), playback_session_id });
  // A page that is being left cannot wait for the first request. If they arrive in the other order, the position is still stored.
  if (!isPageLeft) await told;
  await sendInParting('DELETE', `/api/playback/${playback_session_id}`);
}
