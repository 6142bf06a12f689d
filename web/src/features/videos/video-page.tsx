import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useParams } from '@/lib/router/routes';
import { Button, ButtonLink } from '@/components/button';
import { ListButton } from '@/components/list-button';
import { MORE_ICONS } from '@/components/more-icons';
import { NotFound } from '@/components/lost';
import { ErrorNotice, Callout } from '@/components/notice';
import type { ShownVideo, Video } from '@/lib/models';
import { planName } from '@/lib/nouns';
import { useIsKids } from '@/lib/age-limit';
import { usePageTitle } from '@/lib/page-title';
import { explain } from '@/lib/errors/explain';
import { ApiError, hasCode } from '@/lib/errors/api-error';
import { FilmFacts, releaseNote } from './film-facts';
import { Hero, HeroSkeleton } from './hero';
import { NextStep } from './next-step';
import { RelatedShelf } from './related-shelf';
import { isToResume } from './resume';
import { useSetWatched } from './use-set-watched';
import { useVideo } from '@/lib/queries/use-video';
import { serviceNow } from '@/lib/service-clock';
import { TrailerButton } from './trailer-button';
import { useTitle } from './use-title';
import styles from './video-page.module.css';
import { VideoShelf } from './video-shelf';

export function Component() {
  const { id = '' } = useParams();
  const video = useVideo(id);
  const isKids = useIsKids();
  // Only what is public has a public page; an administrator also sees other videos here.
  const isPublic = video.data !== undefined && isPast(video.data.published_at);
  const title = useTitle(id, { enabled: isPublic });
  usePageTitle(video.data?.title ?? null);
  if (hasCode(video.error, 'NOT_FOUND') && !video.data) return <NotFound />;
  if (video.error && !video.data) return <ErrorNotice size="page" error={video.error} onRetry={() => void video.refetch()} />;
  // The trailer's button is there from the start, so that nothing shifts.
  if (!video.data || (isPublic && title.isPending && title.failureCount === 0)) return <HeroSkeleton />;
  const shown = video.data;
  // A film above the age limit of a kids profile: the page shows and stores nothing about it.
  const isBarred = isKids && shown.access.code === 'FORBIDDEN';
  const popular = <VideoShelf title={t`Popular`} filter={{ sort: 'popular' }} without={shown.id} />;
  return (
    <div className={styles.page}>
      <Hero video={shown} eyebrow={eyebrow(shown)} note={releaseNote(shown)}>
        <NextStep video={shown} />
        {shown.access.allowed && isToResume(shown) && (
          <ButtonLink to={`/watch/${shown.id}?from=start`} size="lg" icon="restart">
            <Trans>Start over</Trans>
          </ButtonLink>
        )}
        {shown.series_id && !isBarred && (
          <ButtonLink to={`/series/${shown.series_id}`} size="lg" icon={MORE_ICONS.list}>
            <Trans>All episodes</Trans>
          </ButtonLink>
        )}
        {!isBarred && (
          <>
            <TrailerButton title={title.data} />
            <ListButton video={shown} isListed={shown.on_watchlist} />
            <WatchedButton video={shown} />
          </>
        )}
        <Reason video={shown} />
      </Hero>
      {shown.series_id && (
        <VideoShelf
          key={`series-${shown.id}`}
          title={t`All episodes`}
          to={`/series/${shown.series_id}`}
          filter={{ series_id: shown.series_id, limit: 100 }}
          order={byEpisode}
          showsEpisodes
        />
      )}
      <FilmFacts title={shown.series_id ? t`About this episode` : t`About the film`} of={shown} />
      {isPublic ? (
        <RelatedShelf key={shown.id} id={shown.id}>
          {popular}
        </RelatedShelf>
      ) : (
        popular
      )}
    </div>
  );
}

function isPast(time: string | null): boolean {
  return time !== null && Date.parse(time) <= serviceNow();
}

function byEpisode(one: Video, other: Video): number {
  return (one.season ?? 0) - (other.season ?? 0) || (one.episode ?? 0) - (other.episode ?? 0);
}

function eyebrow({ required_plan }: ShownVideo): string {
  const plan = planName(required_plan);
  return required_plan === 'free' ? t`Free with an account` : t`Included with ${plan}`;
}

function WatchedButton({ video }: { video: ShownVideo }) {
  const set = useSetWatched();
  const { completed } = video;
  return (
    <Button size="lg" icon={completed ? 'close' : MORE_ICONS.eye} onClick={() => set.mutate({ video, isWatched: !completed })}>
      {completed ? t`Mark as unwatched` : t`Mark as watched`}
    </Button>
  );
}

/** Why the video cannot be played, below the button that helps. */
function Reason({ video }: { video: ShownVideo }) {
  const { allowed, code } = video.access;
  if (allowed || !code) return null;
  const { title, text } = explain(new ApiError(code, ''));
  return (
    <div className={styles.reason}>
      <Callout kind="warning" icon="lock">
        <strong>{title}</strong>
        <p>{text}</p>
      </Callout>
    </div>
  );
}
