// The path of the page that needed a plan or a payment, to return to it afterwards.
const KEY = 'marquee.wanted';

export function rememberReturnPath(path: string): void {
  try {
    sessionStorage.setItem(KEY, path);
  } catch {
    // Without storage the viewer has to find the page again.
  }
}

/** The remembered path; `forgetReturnPath` removes it once the viewer has returned to it. */
export function returnPath(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function forgetReturnPath(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Without storage there is nothing to remove.
  }
}
