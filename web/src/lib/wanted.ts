// What somebody wanted to see when a plan or a payment stood before it, so that they get there afterwards.
const KEY = 'marquee.wanted';

export function rememberWanted(path: string): void {
  try {
    sessionStorage.setItem(KEY, path);
  } catch {
    // They find it again from the start page.
  }
}

/** Tells it; it is forgotten once it was followed. */
export function wanted(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function forgetWanted(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}
