/** A signed URL, or a token itself: three parts in base64url, the first of which is JSON. */
const TOKEN = /[?&]token=|\beyJ[\w-]+\.[\w-]+\.[\w-]+/;

/**
 * A copy of an API response that may be kept. Each object that has a token, such as a picture with its signed URLs, is `null`, as it is
 * for videos without a picture.
 */
export function withoutTokens(value: unknown): unknown {
  if (typeof value === 'string') return TOKEN.test(value) ? null : value;
  if (Array.isArray(value)) return value.map(withoutTokens);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.some(([, part]) => typeof part === 'string' && TOKEN.test(part))) return null;
  return Object.fromEntries(entries.map(([name, part]) => [name, withoutTokens(part)]));
}
