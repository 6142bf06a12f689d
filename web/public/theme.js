// Runs before the first paint, so that no page flashes in the wrong theme. `src/lib/theme.ts` writes the value.
try {
  var theme = localStorage.getItem('marquee.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme is shown.
}
