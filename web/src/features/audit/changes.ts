/** A field of a subject that is different after a deed. */
export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** What a deed changed, field by field; all there is of what came or went. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const old = fieldsOf(before);
  const fresh = fieldsOf(after);
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return names.map((field) => ({ field, before: old[field], after: fresh[field] })).filter((change) => JSON.stringify(change.before ?? null) !== JSON.stringify(change.after ?? null));
}

function fieldsOf(state: unknown): Record<string, unknown> {
  if (state === null || state === undefined) return {};
  return typeof state === 'object' && !Array.isArray(state) ? (state as Record<string, unknown>) : { value: state };
}

/** A value as an operator reads it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
