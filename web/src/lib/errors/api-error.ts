import type { Code } from '../models';

/** Errors without a response from the API. */
export type ClientCode =
  /** There is no network, or the service cannot be reached. */
  | 'UNREACHABLE'
  /** There was no response in time. */
  | 'TIMED_OUT'
  /** The response is not from the API. */
  | 'UNEXPECTED_ANSWER'
  /** Kids profiles may not do this. */
  | 'NOT_FOR_KIDS';

export type ErrorCode = Code | ClientCode;

export interface FieldIssue {
  field: string;
  issue: string;
}

/** An error from the API, or of a request that did not reach it. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  /** 0 if there was no response. */
  readonly status: number;
  readonly details: unknown[];
  readonly request_id: string | null;
  readonly retry_after_seconds: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    more: { status?: number; details?: unknown[]; request_id?: string | null; retry_after_seconds?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = more.status ?? 0;
    this.details = more.details ?? [];
    this.request_id = more.request_id ?? null;
    this.retry_after_seconds = more.retry_after_seconds ?? null;
  }
}

export function hasCode(error: unknown, ...codes: ErrorCode[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/** The first issue of each field, by the last part of the field's path. */
export function fieldIssues(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const issues: Record<string, string> = {};
  for (const detail of error.details) {
    if (!isFieldIssue(detail)) continue;
    const name = detail.field.replace(/^\$\.?/, '');
    issues[name] ??= detail.issue;
  }
  return issues;
}

function isFieldIssue(detail: unknown): detail is FieldIssue {
  if (typeof detail !== 'object' || detail === null) return false;
  return 'field' in detail && typeof detail.field === 'string' && 'issue' in detail && typeof detail.issue === 'string';
}

/** Whether the session's profile was deleted, so that another one has to be chosen. */
export function isProfileDeleted(error: unknown): boolean {
  return hasCode(error, 'FORBIDDEN') && 'profile' in fieldIssues(error);
}

/** The page where the bank confirms the payment, if it must. */
export function confirmUrl(error: unknown): string | null {
  if (!(error instanceof ApiError)) return null;
  return error.details.find(isConfirmation)?.confirm_url ?? null;
}

function isConfirmation(detail: unknown): detail is { confirm_url: string } {
  return typeof detail === 'object' && detail !== null && 'confirm_url' in detail && typeof detail.confirm_url === 'string';
}
