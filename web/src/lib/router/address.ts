// What an address selects, and which clicks on a link the app handles.
import { parse } from 'regexparam';

export type Params = Record<string, string | undefined>;

/** The first of the routes that matches a path, and what the path says in the place of the route's parameters. */
export function find<Route extends { path: string }>(routes: readonly Route[], pathname: string): { route: Route; params: Params } | null {
  for (const route of routes) {
    const { keys, pattern } = parse(route.path);
    const match = pattern.exec(pathname);
    if (!match) continue;
    const values = match.slice(1).map((value: string | undefined) => value && decoded(value));
    return { route, params: Object.fromEntries(keys.map((key, index) => [key, values[index]])) };
  }
  return null;
}

/** A part of an address without its percent-encoding. A part that is not well-formed stays as it is. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Whether a path is that of a page, or with `end` false also below it. */
export function isAt(page: string, pathname: string, end: boolean): boolean {
  const here = pathname.replace(/\/$/, '') || '/';
  return here === page || (!end && here.startsWith(`${page}/`));
}

interface Click {
  button: number;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

interface Link {
  target?: string;
  download?: unknown;
}

/** Whether the browser does something else with a click on a link than to show its page here: it opens a tab or saves a file. */
export function isForBrowser({ button, ctrlKey, metaKey, altKey, shiftKey }: Click, { target = '_self', download }: Link): boolean {
  return target !== '_self' || download !== undefined || button !== 0 || ctrlKey || metaKey || altKey || shiftKey;
}
