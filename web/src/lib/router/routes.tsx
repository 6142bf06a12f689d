// Which page an address shows. A route's code and data are requested as soon as its address is wanted; the page is shown when all of
// its code has loaded.
import { Component, createContext, use, useMemo } from 'react';
import type { ComponentType, ReactNode } from 'react';
import { find } from './address';
import type { Params } from './address';
import { useLocation } from './place';
import type { Place } from './place';

export type { Params };

/** A component whose code is loaded when it is needed. */
interface LazyPart {
  lazy: () => Promise<{ Component: ComponentType }>;
}

export interface Route {
  /** As `/videos/:id`; `/admin/*?` has everything below `/admin` too. */
  path: string;
  /** Components around the page, the outermost first. Each shows the next at its `Outlet`. They stay while the page changes. */
  frames?: readonly (ComponentType | LazyPart)[];
  page?: ComponentType | LazyPart;
  /** Requests the page's data. Nothing waits for it. */
  load?: (params: Params) => unknown;
  /** More routes, instead of a page, whose code is loaded when they are needed. */
  more?: () => Promise<readonly Route[]>;
}

const Inner = createContext<ReactNode>(null);
const ParamsHere = createContext<Params>({});

/** What the current address says in the place of the route's parameters. */
export const useParams = (): Params => use(ParamsHere);
/** What a frame is around. */
export const Outlet = (): ReactNode => use(Inner);

const loads = new Map<() => Promise<unknown>, Promise<unknown>>();

/** Loads code once. A failure is kept until the next navigation, so that rendering again does not request it again. */
function loadOnce<Code>(load: () => Promise<Code>): Promise<Code> {
  const loading = (loads.get(load) as Promise<Code> | undefined) ?? load();
  loads.set(load, loading);
  loading.catch(() => failed.add(load));
  return loading;
}

const failed = new Set<() => Promise<unknown>>();

function partsOf({ frames = [], page }: Route) {
  return page ? [...frames, page] : [];
}

/** Starts to load the code and the data of the page at a path. */
export function prepare(routes: readonly Route[], pathname: string): void {
  for (const load of failed) loads.delete(load);
  failed.clear();
  const found = find(routes, pathname);
  if (!found) return;
  const { route, params } = found;
  for (const part of partsOf(route)) if ('lazy' in part) void loadOnce(part.lazy);
  route.load?.(params);
  if (route.more) void loadOnce(route.more).then((more) => prepare(more, pathname), ignore);
}

const ignore = () => undefined;

/**
 * The page of the current address. It suspends until all of the page's code has loaded. The outermost frame does not wait for that, so it
 * can catch a failure to load.
 */
export function Routes({ routes }: { routes: readonly Route[] }) {
  const { pathname } = useLocation();
  const found = useMemo(() => find(routes, pathname), [routes, pathname]);
  if (!found) return null;
  if (found.route.more) return <Routes routes={use(loadOnce(found.route.more))} />;
  const [Outer = Outlet, ...parts] = partsOf(found.route);
  return (
    <ParamsHere value={found.params}>
      {'lazy' in Outer ? <Loaded parts={[Outer, ...parts]} /> : within(Outer, <Loaded parts={parts} />)}
    </ParamsHere>
  );
}

/** Components inside each other, as soon as all of them have loaded. */
function Loaded({ parts }: { parts: readonly (ComponentType | LazyPart)[] }) {
  const loading = parts.map((part) => ('lazy' in part ? loadOnce(part.lazy) : part));
  const components = loading.map((part) => (part instanceof Promise ? use(part).Component : part));
  return components.reduceRight<ReactNode>((inner, Part) => within(Part, inner), null);
}

function within(Part: ComponentType, inner: ReactNode) {
  return (
    <Inner value={inner}>
      <Part />
    </Inner>
  );
}

interface CatchProps {
  place: Place;
  fallback: (error: unknown) => ReactNode;
  children: ReactNode;
}

class CatchAt extends Component<CatchProps, { failure: { error: unknown } | null; place: Place }> {
  override state = { failure: null, place: this.props.place };

  static getDerivedStateFromError(error: unknown) {
    return { failure: { error } };
  }

  static getDerivedStateFromProps({ place }: CatchProps, state: { place: Place }) {
    return place === state.place ? null : { failure: null, place };
  }

  override render() {
    const { failure } = this.state as { failure: { error: unknown } | null };
    return failure ? this.props.fallback(failure.error) : this.props.children;
  }
}

/** Shows `fallback` instead of what fails to render or to load, until another place is shown. */
export function Catch(props: Omit<CatchProps, 'place'>) {
  return <CatchAt place={useLocation()} {...props} />;
}
