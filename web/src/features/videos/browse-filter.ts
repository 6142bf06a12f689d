import type { RequiredPlan, Sort } from '@/lib/models';

export interface BrowseFilter {
  q?: string;
  category?: string;
  required_plan?: RequiredPlan;
  sort?: Sort;
}

const PLANS: RequiredPlan[] = ['free', 'basic', 'premium'];
const SORTS: Sort[] = ['relevance', 'newest', 'title', 'popular'];
// The service's limits.
const QUERY_LENGTH_MAX = 200;
const CATEGORY_LENGTH_MAX = 50;

/** The filter in a URL. Values that the service would refuse are omitted. */
export function readFilter(params: URLSearchParams): BrowseFilter {
  const plan = params.get('plan');
  const sort = params.get('sort');
  const q = text(params.get('q')?.trim(), QUERY_LENGTH_MAX);
  return {
    q,
    category: text(params.get('category'), CATEGORY_LENGTH_MAX),
    required_plan: PLANS.find((known) => known === plan),
    // Without a search, there is no relevance to sort by.
    sort: SORTS.find((known) => known === sort && (q !== undefined || known !== 'relevance')),
  };
}

/** The service's default order. */
export function defaultSort({ q }: BrowseFilter): Sort {
  return q ? 'relevance' : 'newest';
}

function text(value: string | null | undefined, length_max: number): string | undefined {
  return value ? value.slice(0, length_max) : undefined;
}

/** The URL of a filter. */
export function writeFilter({ q, category, required_plan, sort }: BrowseFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (q) params.set('q', q);
  if (category) params.set('category', category);
  if (required_plan) params.set('plan', required_plan);
  if (sort) params.set('sort', sort);
  return params;
}
