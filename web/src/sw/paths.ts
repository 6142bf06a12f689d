/** The beginning of the name of the cache of used assets. The build's version follows. */
export const ASSETS_CACHE = 'marquee-assets-';

/** The paths of pages that are not this app's: the API, the television's app, and files. */
export const isOtherApp = /^\/(api|tv)(\/|$)|\.\w+$/;

/** Whether this status means that the service failed to make the page. */
export function isFailure(status: number): boolean {
  return status === 429 || status >= 500;
}

/** Whether a path is of a file whose name has a hash of its content. */
export function isAsset(path: string): boolean {
  return path.startsWith('/assets/');
}
