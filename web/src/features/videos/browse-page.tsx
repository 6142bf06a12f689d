import { Trans } from '@lingui/react/macro';
import { t, plural } from '@lingui/core/macro';
import { useSearchParams } from '@/lib/router/place';
import { Button } from '@/components/button';
import { classes } from '@/components/classes';
import { More } from '@/components/more';
import { Empty, ErrorNotice } from '@/components/notice';
import { Select } from '@/components/select';
import { Loading } from '@/components/skeleton';
import { VideoCard } from '@/components/video-card';
import { useIsKids } from '@/lib/age-limit';
import { planName } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { useAllSeries } from '@/lib/queries/use-series';
import { readFilter, defaultSort, writeFilter } from './browse-filter';
import type { BrowseFilter } from './browse-filter';
import styles from './browse-page.module.css';
import { CardSkeletons } from './card-skeletons';
import { NO_SERIES, cards } from './cards';
import type { Card } from './cards';
import { SearchField } from './search-field';
import { useCategories } from '@/lib/queries/use-categories';
import { useVideos } from './use-videos';

const plans = () => [
  { value: undefined, label: t`All plans` },
  ...(['free', 'basic', 'premium'] as const).map((value) => ({ value, label: planName(value) })),
];

const sorts = (isSearch: boolean) =>
  [
    ...(isSearch ? ([{ value: 'relevance', label: t`Best match` }] as const) : []),
    { value: 'newest', label: t`Newest` },
    { value: 'popular', label: t`Most popular` },
    { value: 'title', label: t`A–Z` },
  ] as const;

export function Component() {
  const [params, setParams] = useSearchParams();
  const filter = readFilter(params);
  usePageTitle(filter.q ? `“${filter.q}”` : (filter.category ?? t`Browse`));
  // Choices are added to the history, typing is not.
  const change = (changes: Partial<BrowseFilter>, replace = false) =>
    setParams(writeFilter({ ...filter, ...changes }), { replace, preventScrollReset: true });
  return (
    <div className={styles.browse}>
      <div className={styles.head}>
        <h1>{filter.category ?? t`Browse`}</h1>
        <SearchField value={filter.q ?? ''} onChange={(q) => change({ q: q || undefined }, true)} isFocused={params.has('search')} />
      </div>
      <Filters filter={filter} change={change} />
      <Results filter={filter} clear={() => setParams({})} />
    </div>
  );
}

function Filters({ filter, change }: { filter: BrowseFilter; change: (changes: Partial<BrowseFilter>) => void }) {
  const categories = useCategories();
  // Plans are not for kids to choose.
  const isKids = useIsKids();
  const names = categories.data?.map(({ category }) => category) ?? [];
  // The row is there before its categories have loaded or failed, so that nothing below it shifts.
  const options = [undefined, ...withChosen(names, filter.category)].map((value) => ({ value, label: value ?? t`All` }));
  return (
    <div className={styles.filters}>
      <Chips label={t`Category`} options={options} value={filter.category} onChange={(category) => change({ category })} />
      <div className={styles.row}>
        {!isKids && (
          <Chips label={t`Plan`} options={plans()} value={filter.required_plan} onChange={(required_plan) => change({ required_plan })} />
        )}
        <Select
          label={t`Sort by`}
          isLabelHidden
          value={filter.sort ?? defaultSort(filter)}
          options={sorts(filter.q !== undefined)}
          onChange={(sort) => change({ sort: sort === defaultSort(filter) ? undefined : sort })}
        />
      </div>
    </div>
  );
}

/** The categories, including the one in the URL. */
function withChosen(names: string[], chosen: string | undefined): string[] {
  return chosen === undefined || names.includes(chosen) ? names : [chosen, ...names];
}

interface ChipsProps<Value> {
  label: string;
  options: readonly { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

function Chips<Value extends string | undefined>({ label, options, value, onChange }: ChipsProps<Value>) {
  return (
    <div role="group" aria-label={label} className={styles.chips}>
      {options.map((option) => (
        <button
          key={option.label}
          type="button"
          aria-pressed={option.value === value}
          className={styles.chip}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

function Results({ filter, clear }: { filter: BrowseFilter; clear: () => void }) {
  const videos = useVideos({ ...filter, limit: 24 }, { keepsOld: true });
  const series = useAllSeries();
  const shown = cards(videos.data?.pages.flatMap((page) => page.items) ?? [], series.data ?? NO_SERIES);
  const searched = filter.q;
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = videos;
  if (videos.error && shown.length === 0) return <ErrorNotice error={videos.error} onRetry={() => void videos.refetch()} />;
  if (videos.isPending || series.isPending) {
    return (
      <Loading label={t`Loading`}>
        <Cards>
          <CardSkeletons />
        </Cards>
      </Loading>
    );
  }
  const found = hasNextPage
    ? plural(shown.length, { one: '#+ title', other: '#+ titles' })
    : plural(shown.length, { one: '# title', other: '# titles' });
  return (
    <>
      <p role="status" className="visually-hidden">
        {videos.isPlaceholderData ? '' : found}
      </p>
      {shown.length === 0 ? (
        <NoResults
          searched={searched}
          nearest={cards(videos.data?.pages[0]?.suggestions ?? [], series.data ?? NO_SERIES)}
          isOld={videos.isPlaceholderData}
          clear={clear}
        />
      ) : (
        <Cards isOld={videos.isPlaceholderData}>
          <Titles cards={shown} />
          {isFetchingNextPage && <CardSkeletons />}
        </Cards>
      )}
      {videos.isFetchNextPageError && <ErrorNotice error={videos.error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && !videos.isFetchNextPageError && <More isBusy={isFetchingNextPage} onMore={() => void fetchNextPage()} />}
    </>
  );
}

interface NoResultsProps {
  searched: string | undefined;
  nearest: Card[];
  isOld: boolean;
  clear: () => void;
}

/** Shown when nothing was found: suggestions, or else the most popular titles. */
function NoResults({ searched, nearest, isOld, clear }: NoResultsProps) {
  const isGuess = nearest.length > 0;
  const popular = useVideos({ sort: 'popular', limit: 6 }, { enabled: searched !== undefined && !isGuess && !isOld });
  const instead = isGuess ? nearest : popular.data?.pages[0]?.items.map((video) => ({ video }));
  return (
    <>
      <Empty
        icon="search"
        title={searched ? t`No results for “${searched}”` : t`No titles here`}
        text={t`Try a different search, another category, or all plans.`}
      >
        <Button onClick={clear}>
          <Trans>Show all titles</Trans>
        </Button>
      </Empty>
      {searched !== undefined && instead && instead.length > 0 && (
        <section className={styles.instead}>
          <h2>{isGuess ? t`Did you mean one of these?` : t`Popular titles`}</h2>
          <Cards isOld={isOld}>
            <Titles cards={instead} />
          </Cards>
        </section>
      )}
    </>
  );
}

function Titles({ cards }: { cards: Card[] }) {
  return cards.map((card) => (
    <li key={card.video.id}>
      <VideoCard {...card} sizes="(min-width: 90rem) 22rem, (min-width: 60rem) 30vw, (min-width: 36rem) 46vw, 92vw" />
    </li>
  ));
}

function Cards({ isOld = false, children }: { isOld?: boolean; children: React.ReactNode }) {
  return <ul className={classes(styles.cards, isOld && styles.old)}>{children}</ul>;
}
