import type { Code } from '../models';
import { ApiError } from './api-error';
import type { ErrorCode } from './api-error';

/** Codes for the gateway's own responses, which have a status but no code. */
const BY_STATUS: Partial<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'RATE_LIMITED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

/** The error in an unsuccessful response. */
export function errorOfResponse(response: Response, body: unknown): ApiError {
  const more = { status: response.status, retry_after_seconds: retryAfter(response) };
  const error = errorOfBody(body);
  if (!error) {
    return new ApiError(BY_STATUS[response.status] ?? 'UNEXPECTED_ANSWER', `The service answered ${response.status}.`, more);
  }
  return new ApiError(error.code, error.message, { ...more, details: error.details, request_id: error.request_id });
}

function errorOfBody(body: unknown): { code: Code; message: string; details: unknown[]; request_id: string | null } | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string') return null;
  return {
    code: error.code as Code,
    message: 'message' in error && typeof error.message === 'string' ? error.message : '',
    details: 'details' in error && Array.isArray(error.details) ? (error.details as unknown[]) : [],
    request_id: 'request_id' in error && typeof error.request_id === 'string' ? error.request_id : null,
  };
}

function retryAfter(response: Response): number | null {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return Number.isFinite(seconds) ? seconds : null;
}

/** The error of a request without a response. */
export function errorOfFailure(cause: unknown): ApiError {
  if (cause instanceof DOMException && cause.name === 'TimeoutError') {
    return new ApiError('TIMED_OUT', 'No answer came in time.', { cause });
  }
  return new ApiError('UNREACHABLE', 'The service could not be reached.', { cause });
}
