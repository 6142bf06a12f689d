// Keeps the name and address from the registration, sign-in and forgotten password forms, so that nobody types them twice. They
// last as long as the tab. A password is never kept.
const KEY = 'marquee.form-draft';

export interface Draft {
  name: string;
  email: string;
}

export function draft(): Draft {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
    return { name: textOf(kept, 'name'), email: textOf(kept, 'email') };
  } catch {
    return { name: '', email: '' };
  }
}

export function keepDraft(typed: Partial<Draft>): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...draft(), ...typed }));
  } catch {
    // Without storage they are typed again.
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Without storage there is nothing to remove.
  }
}

function textOf(kept: unknown, name: keyof Draft): string {
  const value: unknown = typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>)[name] : null;
  return typeof value === 'string' ? value : '';
}
