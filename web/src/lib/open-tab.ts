/**
 * Opens a page in a new tab that knows nothing of this one; `null` where the browser allows none. Without an address the tab is
 * empty: browsers open one only while a press is being handled, and the address may come later.
 */
export function openTab(href = ''): Window | null {
  const tab = window.open(href, '_blank');
  if (tab) tab.opener = null;
  return tab;
}
