import { Suspense, lazy } from 'react';
import { ButtonLink } from '@/components/button';
import { Poster } from '@/components/poster';
import { Loading, Skeleton } from '@/components/skeleton';
import { usePageTitle } from '@/lib/page-title';
import { usePlans } from '@/lib/queries/use-plans';
import { capital, money } from '@/lib/format';
import type { Plan, Video } from '@/lib/models';
import styles from './landing-page.module.css';
import { useCategories } from './use-categories';
import { useVideos } from './use-videos';
import { VideoShelf, isFirstOfSeries } from './video-shelf';

// Three shelves below the first screen.
const PlanCards = lazy(() => import('@/components/plan-cards').then(({ PlanCards }) => ({ default: PlanCards })));

const WALL_PLACES = 20;

export function Component() {
  usePageTitle(null);
  const plans = usePlans();
  const categories = useCategories();
  return (
    <div className={styles.landing}>
      <section className={styles.hero}>
        <Wall />
        <div className={styles.words}>
          <h1 className={styles.title}>Films worth an evening.</h1>
          <p className={styles.lead}>
            A small, carefully lit programme of films and series. Watch on every screen, take up where you left off, leave whenever you like.
          </p>
          <div className={styles.actions}>
            <ButtonLink to="/register" look="primary" size="lg">
              {trialDays(plans.data) > 0 ? `Try ${trialDays(plans.data)} days free` : 'Join Marquee'}
            </ButtonLink>
            <ButtonLink to="/browse" size="lg">
              See what is on
            </ButtonLink>
          </div>
          <p className={styles.price}>{fromPrice(plans.data)}</p>
        </div>
      </section>
      <VideoShelf title="On now" filter={{ sort: 'newest' }} to="/browse" isOnePerSeries />
      {categories.data?.slice(0, 2).map(({ category }) => (
        <VideoShelf key={category} title={category} filter={{ category }} to={`/browse?category=${encodeURIComponent(category)}`} />
      ))}
      <section className={styles.plans} aria-labelledby="plans">
        <div className={styles.intro}>
          <h2 id="plans">Pick your seat</h2>
          <p>No contract, no fee to leave. Free films need nothing but an account.</p>
        </div>
        <Suspense fallback={<PlansToCome />}>
          <PlanCards action={(plan) => ({ label: `Choose ${capital(plan)}`, to: `/plans?plan=${plan}` })} />
        </Suspense>
      </section>
    </div>
  );
}

function trialDays(plans: Plan[] | undefined): number {
  return Math.max(0, ...(plans ?? []).map((plan) => plan.trial_days));
}

function fromPrice(plans: Plan[] | undefined): string {
  const monthly = plans?.flatMap((plan) => plan.prices.filter((price) => price.interval === 'month')) ?? [];
  const [least] = monthly.sort((one, other) => one.amount - other.amount);
  if (!least) return '\u00a0';
  return `${trialDays(plans) > 0 ? 'Then from' : 'From'} ${money(least.amount, least.currency)} a month. Cancel at any time.`;
}

function PlansToCome() {
  return (
    <Loading label="Loading the plans">
      <Skeleton shape="block" className={styles.waiting} />
    </Loading>
  );
}

/** Twenty places, filled anew from the start where the programme is smaller; neighbours are no episodes of one series. */
function wallOf(videos: Video[]): Video[] {
  const films = videos.filter(isFirstOfSeries);
  return Array.from({ length: Math.ceil(WALL_PLACES / Math.max(1, films.length)) }, () => films)
    .flat()
    .slice(0, WALL_PLACES);
}

/** The programme as a wall of posters, for the eye alone. */
function Wall() {
  const videos = useVideos({ sort: 'newest', limit: 20 });
  const shown = videos.data?.pages[0]?.items ?? [];
  return (
    <div className={styles.wall} aria-hidden="true">
      <div className={styles.plane}>
        {wallOf(shown).map((video, place) => (
          <Poster key={place} video={video} sizes="(min-width: 64rem) 24vw, 50vw" />
        ))}
      </div>
    </div>
  );
}
