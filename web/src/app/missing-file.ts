/** Whether code or styles of a page could not be loaded: there is no network, or a release has replaced them. */
export function isMissingFile(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script|preload CSS/i.test(error.message);
}
