import { Trans } from '@lingui/react/macro';
import { t, plural } from '@lingui/core/macro';
import { Suspense, lazy } from 'react';
import { ButtonLink } from '@/components/button';
import { Poster } from '@/components/poster';
import { ShelfSkeleton } from '@/components/shelf';
import { Loading, Skeleton } from '@/components/skeleton';
import { BRAND } from '@/lib/brand';
import { choosePlan } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { withTexts } from '@/lib/i18n/catalogues';
import { usePlans } from '@/lib/queries/use-plans';
import { plansPath } from '@/lib/choice';
import type { Plan, Video } from '@/lib/models';
import styles from './landing-page.module.css';
import { useCategories } from '@/lib/queries/use-categories';
import { useVideos } from './use-videos';
import { VideoShelf } from './video-shelf';

const FromPrice = lazy(() => import('./from-price'));
// Three shelves below the first screen.
const PlanCards = lazy(withTexts('viewer', () => import('@/components/plan-cards').then(({ PlanCards }) => ({ default: PlanCards }))));

const WALL_PLACES = 20;

export function Component() {
  usePageTitle(null);
  const plans = usePlans();
  const categories = useCategories();
  const days = trialDays(plans.data);
  return (
    <div className={styles.landing}>
      <section className={styles.hero}>
        <Wall />
        <div className={styles.words}>
          <h1 className={styles.title}>
            <Trans>Films worth an evening.</Trans>
          </h1>
          <p className={styles.lead}>
            <Trans>A hand-picked selection of films and series. Watch on any screen, pick up where you left off, cancel anytime.</Trans>
          </p>
          <div className={styles.actions}>
            <ButtonLink to="/register" look="primary" size="lg">
              {days > 0 ? plural(days, { one: 'Try free for # day', other: 'Try free for # days' }) : t`Join ${BRAND}`}
            </ButtonLink>
            <ButtonLink to="/browse" size="lg">
              <Trans>Browse</Trans>
            </ButtonLink>
          </div>
          <p className={styles.price}>
            <Suspense fallback={'\u00a0'}>
              <FromPrice plans={plans.data} trialDays={days} />
            </Suspense>
          </p>
        </div>
      </section>
      <VideoShelf title={t`New releases`} filter={{ sort: 'newest' }} to="/browse" />
      {categories.data?.slice(0, 2).map(({ category }) => (
        <VideoShelf key={category} title={category} filter={{ category }} to={`/browse?category=${encodeURIComponent(category)}`} />
      ))}
      {/* Reserves the space until the plans have loaded, so that nothing below shifts. */}
      {categories.isPending && [0, 1].map((place) => <ShelfSkeleton key={place} />)}
      <section className={styles.plans} aria-labelledby="plans">
        <div className={styles.intro}>
          <h2 id="plans">
            <Trans>Choose your plan</Trans>
          </h2>
          <p>
            <Trans>No contract. Cancel anytime. Free titles only need an account.</Trans>
          </p>
        </div>
        <Suspense fallback={<PlansSkeleton />}>
          <PlanCards action={(plan, interval) => ({ label: choosePlan(plan), to: plansPath({ plan, interval }) })} />
        </Suspense>
      </section>
    </div>
  );
}

function trialDays(plans: Plan[] | undefined): number {
  return Math.max(0, ...(plans ?? []).map((plan) => plan.trial_days));
}

function PlansSkeleton() {
  return (
    <Loading label={t`Loading plans`}>
      <Skeleton shape="block" className={styles.waiting} />
    </Loading>
  );
}

/** Twenty posters. A smaller catalogue is repeated. Neighbours are not episodes of the same series. */
function wallOf(videos: Video[]): Video[] {
  const isFirst = (video: Video, at: number) =>
    !video.series_id || videos.findIndex(({ series_id }) => series_id === video.series_id) === at;
  const films = videos.filter(isFirst);
  return Array.from({ length: Math.ceil(WALL_PLACES / Math.max(1, films.length)) }, () => films)
    .flat()
    .slice(0, WALL_PLACES);
}

/** A decorative wall of posters, hidden from screen readers. */
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
