/**
 * Opens a new tab without an opener; `null` if the browser blocks it. Without a URL the tab is empty: browsers open tabs only while
 * a click is being handled, and the URL may be known later.
 */
export function openTab(href = ''): Window | null {
  const tab = window.open(href, '_blank');
  if (tab) tab.opener = null;
  return tab;
}
