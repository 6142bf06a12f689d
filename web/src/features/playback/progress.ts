import { api, data, sendInParting } from '@/lib/api';

export interface Position {
  progress: number;
  duration: number | null;
  completed?: boolean;
}

const body = (position: Position, playback_session_id: string) => ({
  ...position,
  playback_session_id,
  client_time: new Date().toISOString(),
});

/** Tells where the player is, and that it still plays. */
export function report(id: string, playback_session_id: string, position: Position) {
  return data(api.PUT('/api/videos/{id}/progress', { params: { path: { id } }, body: body(position, playback_session_id) }));
}

/** Tells where the player was when it is left, and frees its stream. */
export async function leave(id: string, playback_session_id: string, position: Position | null, isPageLeft: boolean): Promise<void> {
  const told = position && sendInParting('PUT', `/api/videos/${id}/progress`, body(position, playback_session_id));
  // A page that goes has no later moment. Then the two may change places: the position is kept all the same.
  if (!isPageLeft) await told;
  await sendInParting('DELETE', `/api/playback/${playback_session_id}`);
}
