// What was typed at the door, so that nobody types an address twice on the way from the registration to the sign-in or to a
// forgotten password. It lasts as long as the tab. A password is never kept.
const KEY = 'marquee.door';

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
    // They type it again.
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

function textOf(kept: unknown, name: keyof Draft): string {
  const value: unknown = typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>)[name] : null;
  return typeof value === 'string' ? value : '';
}
