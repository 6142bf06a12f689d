import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useParams } from 'react-router';
import { Button, ButtonLink } from '@/components/button';
import { ListButton } from '@/components/list-button';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice, Remark } from '@/components/notice';
import type { ShownVideo, Video } from '@/lib/models';
import { planName } from '@/lib/nouns';
import { usePageTitle } from '@/lib/page-title';
import { explain } from '@/lib/errors/explain';
import { ApiError } from '@/lib/errors/api-error';
import { Hero, HeroSkeleton } from './hero';
import { NextStep } from './next-step';
import { isToResume } from './resume';
import { useSetWatched } from './use-set-watched';
import { useVideo } from '@/lib/queries/use-video';
import styles from './video-page.module.css';
import { VideoShelf } from './video-shelf';

export function Component() {
  const { id = '' } = useParams();
  const video = useVideo(id);
  usePageTitle(video.data?.title ?? null);
  if (video.error && !video.data) return <ErrorNotice size="page" error={video.error} onRetry={() => void video.refetch()} />;
  if (!video.data) return <HeroSkeleton />;
  const shown = video.data;
  const { category } = shown;
  return (
    <div className={styles.page}>
      <Hero video={shown} eyebrow={eyebrow(shown)}>
        <NextStep video={shown} />
        {shown.access.allowed && isToResume(shown) && (
          <ButtonLink to={`/watch/${shown.id}?from=start`} size="lg" icon="restart">
            <Trans>Start over</Trans>
          </ButtonLink>
        )}
        {shown.series_id && (
          <ButtonLink to={`/series/${shown.series_id}`} size="lg" icon={MORE_ICONS.list}>
            <Trans>Episodes</Trans>
          </ButtonLink>
        )}
        <ListButton video={shown} isListed={shown.on_watchlist} />
        <WatchedButton video={shown} />
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
      <VideoShelf
        key={shown.id}
        title={t`More in ${category}`}
        filter={{ category: shown.category }}
        to={`/browse?category=${encodeURIComponent(shown.category)}`}
        without={shown.id}
      />
      <VideoShelf title={t`Popular`} filter={{ sort: 'popular' }} without={shown.id} />
    </div>
  );
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
      <Remark kind="warning" icon="lock">
        <strong>{title}</strong>
        <p>{text}</p>
      </Remark>
    </div>
  );
}
