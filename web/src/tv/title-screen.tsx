import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useEffect } from 'react';
import { isToResume } from '@/features/videos/resume';
import { ageRating } from '@/lib/age-rating';
import { clock, length } from '@/lib/format';
import type { ShownVideo } from '@/lib/models';
import { placeName, planName } from '@/lib/nouns';
import { useSetListed } from '@/lib/queries/use-set-listed';
import { useVideo } from '@/lib/queries/use-video';
import type { ScreenProps } from './app';
import { Picture } from './card';
import { Group, Item, useOnce } from './focus';
import { Failure, Waiting } from './messages';
import { open } from './screens';

/** A film or an episode, and what can be done with it. */
export function TitleScreen({ focusKey, isVisible, id }: ScreenProps & { id: string }) {
  const { data: video, error, refetch } = useVideo(id);
  useEffect(() => {
    // It may have been watched in the meantime.
    if (isVisible) void refetch();
  }, [isVisible, refetch]);
  useOnce(video !== undefined && isVisible, () => void setFocus(`${focusKey}-actions`));
  if (!video) return error ? <Failure error={error} focusKey={focusKey} onRetry={() => void refetch()} /> : <Waiting label={t`Loading`} />;
  const { season, episode, duration, required_plan, year, age_rating } = video;
  const facts = [
    year,
    age_rating && ageRating(age_rating),
    season && episode ? placeName(season, episode) : null,
    duration ? length(duration) : null,
    video.category,
    required_plan === 'free' ? null : planName(required_plan),
  ];
  return (
    <section className="hero title">
      <Picture video={video} width={1280} />
      <div className="hero-text">
        <h1>{video.title}</h1>
        <p className="note">{facts.filter(Boolean).join(' · ')}</p>
        <p className="description">{video.description}</p>
        {!video.access.allowed && <p className="refusal">{refusalOf(video)}</p>}
        <Actions video={video} focusKey={focusKey} />
      </div>
    </section>
  );
}

function Actions({ video, focusKey }: { video: ShownVideo; focusKey: string }) {
  const listed = useSetListed();
  const { id, access, progress, on_watchlist } = video;
  const time = clock(progress);
  const canResume = isToResume(video);
  return (
    <Group focusKey={`${focusKey}-actions`} className="buttons" label={video.title}>
      {access.allowed && (
        <Item focusKey={`${focusKey}-play`} className="button primary" onPress={() => open({ name: 'watch', id })}>
          {canResume ? t`Resume at ${time}` : t`Play`}
        </Item>
      )}
      {access.allowed && canResume && (
        <Item className="button" onPress={() => open({ name: 'watch', id, isFromStart: true })}>
          {t`From the beginning`}
        </Item>
      )}
      <Item className="button" isOn={on_watchlist} onPress={() => listed.mutate({ video, isListed: !on_watchlist })}>
        {on_watchlist ? t`Remove from my list` : t`Add to my list`}
      </Item>
    </Group>
  );
}

/** Why it cannot be played, and where that can be changed: nobody pays with a remote control. */
function refusalOf({ access, required_plan }: ShownVideo): string {
  const plan = planName(required_plan);
  const address = `${window.location.host}/plans`;
  switch (access.code) {
    case 'PLAN_UPGRADE_REQUIRED':
      return t`This title is part of ${plan}. Change your plan at ${address}.`;
    case 'PAYMENT_OVERDUE':
      return t`Your last payment failed. Update it at ${address} to keep watching.`;
    default:
      return t`This title needs a subscription. Choose a plan at ${address}.`;
  }
}
