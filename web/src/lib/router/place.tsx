// Where the app is. It changes in a transition, so the old page stays until the code of the new one has loaded.
import { createContext, use, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useTransition } from 'react';
import type { ReactNode } from 'react';
import { decoded } from './address';
import { keepScroll, newKey, scrollAt, startKeepingScroll } from './scroll';

/** The part of the browser's address that selects a page. */
export interface Place {
  pathname: string;
  search: string;
  hash: string;
  /** Names this entry of the browser's history. */
  key: string;
  /** How the place was reached: a `new` page starts at its top, one that was visited is shown where it was left. */
  scroll: 'new' | 'back' | 'keep';
}

export interface NavigateOptions {
  /** Replace the current entry of the history. */
  replace?: boolean;
  /** Stay where the page is scrolled to. */
  preventScrollReset?: boolean;
}

/** Goes to another page of the app. The promise resolves when the page is shown. */
export type Navigate = (to: string, options?: NavigateOptions) => Promise<void>;

const Here = createContext<{ place: Place; navigate: Navigate } | null>(null);
const IsPending = createContext(false);

function useHere() {
  const here = use(Here);
  if (!here) throw new Error('There is no PlaceProvider');
  return here;
}

/** The current place. */
export const useLocation = (): Place => useHere().place;
/** A function that goes to another page. It stays the same. */
export const useNavigate = (): Navigate => useHere().navigate;
/** Whether a page is wanted whose code has not loaded yet. */
export const useIsPending = (): boolean => use(IsPending);

/** The address's query, and a function that goes to another query of the same page. */
export function useSearchParams() {
  const { place, navigate } = useHere();
  const { pathname, search } = place;
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const setParams = useCallback(
    (next: URLSearchParams | Record<string, string>, options?: NavigateOptions) => {
      const query = new URLSearchParams(next).toString();
      void navigate(query ? `${pathname}?${query}` : pathname, options);
    },
    [navigate, pathname],
  );
  return [params, setParams] as const;
}

/** Provides the place. `onTravel` is called with a path as soon as it is wanted, before its page is rendered. */
export function PlaceProvider({ onTravel, children }: { onTravel: (pathname: string) => void; children: ReactNode }) {
  const [place, setPlace] = useState(() => readPlace('back'));
  const [isPending, startTransition] = useTransition();
  const shown = useRef(place);
  /** The key of an entry that was added for a page that is not shown yet. */
  const added = useRef('');
  const arrivals = useRef<(() => void)[]>([]);

  const travel = useCallback(
    (scroll: Place['scroll']) => {
      onTravel(location.pathname);
      startTransition(() => setPlace(readPlace(scroll)));
    },
    [onTravel],
  );
  const navigate = useCallback<Navigate>(
    (to, { replace = false, preventScrollReset = false } = {}) => {
      const { href } = new URL(to, location.href);
      const key = newKey();
      // Somebody who changes their mind while a page loads has not been there, so Back does not lead there.
      const isUnseen = added.current !== '' && added.current === keyOfEntry();
      const isAdded = !replace && !isUnseen && href !== location.href;
      keepScroll(shown.current.key);
      history[isAdded ? 'pushState' : 'replaceState']({ key }, '', href);
      added.current = isAdded || isUnseen ? key : '';
      return new Promise((resolve) => {
        arrivals.current.push(resolve);
        travel(preventScrollReset ? 'keep' : 'new');
      });
    },
    [travel],
  );

  useLayoutEffect(() => {
    shown.current = place;
    if (added.current === place.key) added.current = '';
  }, [place]);
  useEffect(() => {
    for (const arrive of arrivals.current.splice(0)) arrive();
  }, [place]);
  useEffect(() => {
    const onPop = () => {
      keepScroll(shown.current.key);
      // The browser itself made an entry without a key for a link within the page, and has scrolled to its target.
      travel(keyOfEntry() ? 'back' : 'keep');
    };
    window.addEventListener('popstate', onPop);
    return () => window.removeEventListener('popstate', onPop);
  }, [travel]);
  useEffect(() => startKeepingScroll(() => shown.current.key), []);

  const here = useMemo(() => ({ place, navigate }), [place, navigate]);
  return (
    <Here value={here}>
      <IsPending value={isPending}>{children}</IsPending>
    </Here>
  );
}

/** The place that was last scrolled to. Its pages are rendered again in another language, which moves nothing. */
let scrolledTo: Place | null = null;

/** Scrolls each new page to its top or to the target of its address, and a page that was visited to where it was left. */
export function ScrollRestoration() {
  const place = useLocation();
  useLayoutEffect(() => {
    if (place.scroll === 'keep' || place === scrolledTo) return;
    scrolledTo = place;
    const kept = place.scroll === 'back' ? scrollAt(place.key) : undefined;
    const target = place.hash && document.getElementById(decoded(place.hash.slice(1)));
    if (kept !== undefined) window.scrollTo(0, kept);
    else if (target) target.scrollIntoView();
    else window.scrollTo(0, 0);
  }, [place]);
  return null;
}

function keyOfEntry(): string {
  const state = history.state as { key?: string } | null;
  return state?.key ?? '';
}

function readPlace(scroll: Place['scroll']): Place {
  if (!keyOfEntry()) history.replaceState({ key: newKey() }, '');
  const { pathname, search, hash } = location;
  return { pathname, search, hash, key: keyOfEntry(), scroll };
}
