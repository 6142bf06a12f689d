import type { ApiError } from '@/lib/errors/api-error';

/** A live stream, as listed in the error of a refused play. */
export interface BusyStream {
  playback_session_id: string;
  device_name: string;
  video_title: string;
  started_at: string;
}

export function busyStreams(error: ApiError): BusyStream[] {
  return error.details.filter(isBusyStream);
}

function isBusyStream(detail: unknown): detail is BusyStream {
  if (typeof detail !== 'object' || detail === null) return false;
  const fields = ['playback_session_id', 'device_name', 'video_title', 'started_at'];
  return fields.every((field) => field in detail && typeof (detail as Record<string, unknown>)[field] === 'string');
}
