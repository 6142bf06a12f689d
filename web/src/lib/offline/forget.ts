/** Where the lists that the viewer last saw are kept. */
export const LISTS = 'marquee.lists';

/** Removes the viewer's lists from this browser. */
export function forgetLists(): void {
  try {
    localStorage.removeItem(LISTS);
  } catch {
    // Without storage there is nothing to remove.
  }
}
