// Remembers the page that needed a plan or a payment, to return to it afterwards.
const KEY = 'marquee.wanted';

export function rememberWanted(path: string): void {
  try {
    sessionStorage.setItem(KEY, path);
  } catch {
    // Without storage the viewer has to find the page again.
  }
}

/** The remembered page; `forgetWanted` removes it once the viewer has returned to it. */
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
    // Without storage there is nothing to remove.
  }
}
