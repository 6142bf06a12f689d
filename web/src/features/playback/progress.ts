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

/** Tells where the player was when its page is left, and frees its stream. */
export function leave(id: string, playback_session_id: string, position: Position | null): void {
  if (position) sendInParting('PUT', `/api/videos/${id}/progress`, body(position, playback_session_id));
  sendInParting('DELETE', `/api/playback/${playback_session_id}`);
}
