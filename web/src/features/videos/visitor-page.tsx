import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useParams } from '@/lib/router/routes';
import { ButtonLink } from '@/components/button';
import { NotFound } from '@/components/lost';
import { ErrorNotice } from '@/components/notice';
import { planName } from '@/lib/nouns';
import { hasCode } from '@/lib/errors/api-error';
import { usePageTitle } from '@/lib/page-title';
import { FilmFacts, releaseNote } from './film-facts';
import { Hero, HeroSkeleton } from './hero';
import { JoinToWatch } from './join-to-watch';
import { RelatedShelf } from './related-shelf';
import { TrailerButton } from './trailer-button';
import { useTitle } from './use-title';
import styles from './video-page.module.css';

/** A video for visitors without an account: what it is about, its trailer, and how to watch it. */
export function VisitorPage() {
  const { id = '' } = useParams();
  const title = useTitle(id);
  usePageTitle(title.data?.title ?? null);
  if (hasCode(title.error, 'NOT_FOUND') && !title.data) return <NotFound />;
  if (title.error && !title.data) return <ErrorNotice size="page" error={title.error} onRetry={() => void title.refetch()} />;
  if (!title.data) return <HeroSkeleton />;
  const shown = title.data;
  const plan = planName(shown.required_plan);
  const isFree = shown.required_plan === 'free';
  return (
    <div className={styles.page}>
      <Hero video={shown} eyebrow={isFree ? t`Free with an account` : t`Included with ${plan}`} note={releaseNote(shown)}>
        <JoinToWatch here={`/videos/${shown.id}`} plan={shown.required_plan} />
        <TrailerButton title={shown} />
        {shown.series_id && (
          <ButtonLink to={`/series/${shown.series_id}`} size="lg">
            <Trans>All episodes</Trans>
          </ButtonLink>
        )}
      </Hero>
      <FilmFacts title={shown.series_id ? t`About this episode` : t`About the film`} of={shown} />
      <RelatedShelf key={id} id={id} />
    </div>
  );
}
