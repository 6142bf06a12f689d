// All requests to the API go through `api` and `data`, `page` or `done`.
import createClient from 'openapi-fetch';
import type { paths } from './api.generated';
import { setChoosing } from './choosing';
import { passwordConfirmed } from './confirm-password';
import { errorOfResponse, errorOfFailure } from './errors/answer';
import { hasCode, isProfileDeleted } from './errors/api-error';
import type { ErrorCode } from './errors/api-error';
import type { Page } from './models';
import { TRIES_AGAIN_MAX, retryDelay } from './query-client';
import { noteServiceTime } from './service-clock';
import { issuedAt, loseSession, startSession, token, viewerOf } from './session';

/** In milliseconds. The API itself gives up after eight seconds. */
const ANSWER_WITHIN = 15_000;
/** A token older than this, in milliseconds, is exchanged in the background. */
const REFRESH_AFTER = 24 * 3600 * 1000;

export const api = createClient<paths>({ baseUrl: '/', fetch: authenticated });

/** The header of a request for another session than the page's: one that is about to begin. */
export const asSession = (bearer: string) => ({ authorization: `Bearer ${bearer}` });

/** Sends a request while the page is being left, and ignores the response. */
export async function sendInParting(method: 'PUT' | 'PATCH' | 'DELETE', path: `/api/${string}`, body?: object): Promise<void> {
  const bearer = token();
  if (bearer === null) return;
  const headers: Record<string, string> = { authorization: `Bearer ${bearer}` };
  if (body) headers['content-type'] = 'application/json';
  await fetch(path, {
    method,
    headers,
    body: body && JSON.stringify(body),
    keepalive: true,
    signal: AbortSignal.timeout(ANSWER_WITHIN),
  }).catch(() => undefined);
}

/** Ends a session by its token, even if the page is left. If all retries fail, the session expires later. */
export async function endSessionOf(bearer: string): Promise<void> {
  for (let failures = 0; failures <= TRIES_AGAIN_MAX; failures += 1) {
    const response = await send(new Request('/api/auth/logout', { method: 'POST', keepalive: true }), bearer).catch(() => null);
    if (response && response.status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, retryDelay(failures, null)));
  }
}

interface ApiResponse<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** Returns the `data` of a response. Throws an `ApiError` for an error. */
export async function data<T>(answer: Promise<ApiResponse<{ data: T }>>): Promise<T> {
  return (await body(answer)).data;
}

interface PageBody<T> {
  data: T[];
  pagination: { next_cursor: string | null };
  suggestions?: T[];
}

/** Returns a page of a list. Throws an `ApiError` for an error. */
export async function page<T>(answer: Promise<ApiResponse<PageBody<T>>>): Promise<Page<T>> {
  const { data, pagination, suggestions } = await body(answer);
  return { items: data, next_cursor: pagination.next_cursor, suggestions };
}

/** Waits for a response without data. Throws an `ApiError` for an error. */
export async function done(answer: Promise<ApiResponse<{ success: boolean }>>): Promise<void> {
  await body(answer);
}

async function body<Body>(answer: Promise<ApiResponse<Body>>): Promise<Body> {
  let result: ApiResponse<Body>;
  try {
    result = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw errorOfFailure(cause);
  }
  // A response without the envelope is not from the API.
  if (result.data !== undefined && typeof result.data === 'object' && result.data !== null && 'success' in result.data) return result.data;
  const error = errorOfResponse(result.response, result.error);
  // The session has ended, whichever request noticed. The router redirects to the sign-in page and back.
  if (sentBy(result.response) === token()) {
    if (hasCode(error, 'UNAUTHENTICATED', 'SESSION_REVOKED', 'TOKEN_EXPIRED')) loseSession();
    if (isProfileDeleted(error)) setChoosing(true);
  }
  throw error;
}

/** The token of each request, by its response, because another tab may have signed in meanwhile. */
const senders = new WeakMap<Response, string | null>();
const sentBy = (response: Response) => senders.get(response) ?? null;

async function authenticated(request: Request): Promise<Response> {
  const bearer = request.headers.get('authorization')?.replace('Bearer ', '') ?? token();
  let response = await send(request.clone(), bearer);
  if (response.status === 401 && bearer !== null && (await isRefused(response, 'TOKEN_EXPIRED'))) {
    const fresh = await refresh(bearer);
    if (fresh !== null) response = await send(request.clone(), fresh);
  } else if (bearer !== null && Date.now() - (issuedAt(bearer) ?? Date.now()) > REFRESH_AFTER) {
    void refresh(bearer);
  }
  if (response.status === 403 && (await isRefused(response, 'REAUTHENTICATION_REQUIRED')) && (await passwordConfirmed())) {
    response = await send(request, token());
  }
  return response;
}

async function send(request: Request, bearer: string | null): Promise<Response> {
  const headers = new Headers(request.headers);
  if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_WITHIN)]);
  const response = await fetch(new Request(request, { headers, signal }));
  senders.set(response, bearer);
  noteServiceTime(response);
  return response;
}

async function isRefused(response: Response, code: ErrorCode): Promise<boolean> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return hasCode(errorOfResponse(response, body), code);
}

let refreshing: Promise<string | null> | null = null;

/** Exchanges a token for a fresh one. Concurrent calls share one exchange. Returns `null` if it fails. */
function refresh(bearer: string): Promise<string | null> {
  refreshing ??= exchangeToken(bearer).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function exchangeToken(bearer: string): Promise<string | null> {
  const kept = token();
  // A request of one viewer must not be sent for another who has taken over.
  if (kept !== bearer) return viewerOf(kept) === viewerOf(bearer) ? kept : null;
  try {
    const response = await send(new Request('/api/auth/refresh', { method: 'POST' }), bearer);
    const body: unknown = await response.json();
    if (!response.ok || typeof body !== 'object' || body === null || !('data' in body)) return null;
    const { token: fresh } = body.data as { token: string };
    if (token() === bearer) startSession(fresh);
    return fresh;
  } catch {
    return null;
  }
}
