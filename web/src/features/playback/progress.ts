import { api, data, sendInParting } from '@/lib/api';
import { serviceClock } from './service-clock';

export interface Position {
  progress: number;
  duration: number | null;
  completed?: boolean;
}

/** Where the player was at a moment. */
export interface Report extends Position {
  client_time: string;
}

export const reportOf = (position: Position): Report => ({ ...position, client_time: serviceClock.now() });

/** Tells where the player is, and that it still plays. */
export async function report(id: string, playback_session_id: string, told: Report): Promise<void> {
  const answer = api.PUT('/api/videos/{id}/progress', { params: { path: { id } }, body: { ...told, playback_session_id } });
  await data(answer);
  serviceClock.hear((await answer).response.headers.get('date'));
}

/** Tells where the player was when it is left, and frees its stream. */
export async function leave(id: string, playback_session_id: string, position: Position | null, isPageLeft: boolean): Promise<void> {
  const told = position && sendInParting('PUT', `/api/videos/${id}/progress`, { ...reportOf(position), playback_session_id });
  // A page that goes has no later moment. Then the two may change places: the position is kept all the same.
  if (!isPageLeft) await told;
  await sendInParting('DELETE', `/api/playback/${playback_session_id}`);
}
