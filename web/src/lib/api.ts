// The one way to the API. Everything that asks it goes through `api` and `data` or `page`.
import createClient from 'openapi-fetch';
import type { paths } from './api.generated';
import { passwordConfirmed } from './confirm-password';
import { errorOfAnswer, errorOfFailure } from './errors/answer';
import { hasCode } from './errors/api-error';
import type { ErrorCode } from './errors/api-error';
import type { Page } from './models';
import { TRIES_AGAIN_MAX, retryDelay } from './query-client';
import { noteServiceTime } from './service-clock';
import { issuedAt, loseSession, startSession, token } from './session';

/** Milliseconds. The API itself gives up after eight seconds. */
const ANSWER_WITHIN = 15_000;
/** A token older than this is traded for a fresh one in passing. */
const REFRESH_AFTER = 24 * 3600 * 1000;

export const api = createClient<paths>({ baseUrl: '/', fetch: authenticated });

/** Sends what a page has to say while it is being left; nobody is there for the answer. */
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

/** Ends another session than the present one, though the page be left. Where that fails time and again, it ends by itself later. */
export async function endSessionOf(bearer: string): Promise<void> {
  for (let failures = 0; failures <= TRIES_AGAIN_MAX; failures += 1) {
    const response = await send(new Request('/api/auth/logout', { method: 'POST', keepalive: true }), bearer).catch(() => null);
    if (response && response.status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, retryDelay(failures, null)));
  }
}

interface Answer<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** What an answer is about; throws an `ApiError` for a refusal. */
export async function data<T>(answer: Promise<Answer<{ data: T }>>): Promise<T> {
  return (await body(answer)).data;
}

interface PageBody<T> {
  data: T[];
  pagination: { next_cursor: string | null };
  suggestions?: T[];
}

/** A page of a list; throws an `ApiError` for a refusal. */
export async function page<T>(answer: Promise<Answer<PageBody<T>>>): Promise<Page<T>> {
  const { data, pagination, suggestions } = await body(answer);
  return { items: data, next_cursor: pagination.next_cursor, suggestions };
}

/** Waits for an answer that says no more than that it is done; throws an `ApiError` for a refusal. */
export async function done(answer: Promise<Answer<{ success: boolean }>>): Promise<void> {
  await body(answer);
}

async function body<Body>(answer: Promise<Answer<Body>>): Promise<Body> {
  let told: Answer<Body>;
  try {
    told = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw errorOfFailure(cause);
  }
  // An answer without the envelope came from something that is not the API.
  if (told.data !== undefined && typeof told.data === 'object' && told.data !== null && 'success' in told.data) return told.data;
  const error = errorOfAnswer(told.response, told.error);
  // The session is over wherever the request came from; the router brings the viewer to the sign-in and back.
  if (hasCode(error, 'UNAUTHENTICATED', 'SESSION_REVOKED', 'TOKEN_EXPIRED') && sentBy(told.response) === token()) loseSession();
  throw error;
}

/** The token that a request was sent with, by its answer: another tab may have signed in meanwhile. */
const senders = new WeakMap<Response, string | null>();
const sentBy = (response: Response) => senders.get(response) ?? null;

async function authenticated(request: Request): Promise<Response> {
  const bearer = token();
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
  return hasCode(errorOfAnswer(response, body), code);
}

let refreshing: Promise<string | null> | null = null;

/** Trades a token for a fresh one, once however many ask; `null` when that is refused or fails. */
function refresh(bearer: string): Promise<string | null> {
  refreshing ??= trade(bearer).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function trade(bearer: string): Promise<string | null> {
  const kept = token();
  if (kept !== bearer) return kept;
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
