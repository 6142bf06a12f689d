import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import type { ComponentProps } from 'react';
import { ButtonLink } from '@/components/button';
import { Skeleton } from '@/components/skeleton';
import { useIsKids } from '@/lib/age-limit';
import { planName } from '@/lib/nouns';
import styles from './next-step.module.css';
import { clock } from '@/lib/format';
import { useSubscription } from '@/lib/queries/use-subscription';
import { rememberReturnPath } from '@/lib/return-path';
import type { ShownVideo } from '@/lib/models';
import { isToResume } from './resume';

/** The main action for a video: play, resume, or what is needed first. */
export function NextStep({ video, size = 'lg' }: { video: ShownVideo; size?: 'md' | 'lg' }) {
  const { access, id, required_plan } = video;
  const isKids = useIsKids();
  const time = clock(video.progress);
  const look = { look: 'primary', size, className: styles.step } as const;
  const premium = planName('premium');
  const remember = () => rememberReturnPath(`/videos/${id}`);
  if (access.allowed) {
    return (
      <ButtonLink {...look} to={`/watch/${id}`} icon="play">
        {isToResume(video) ? t`Resume at ${time}` : video.completed ? t`Watch again` : t`Play`}
      </ButtonLink>
    );
  }
  if (isKids) {
    return (
      <ButtonLink {...look} to={`/profiles?next=/videos/${id}`}>
        <Trans>Switch profile</Trans>
      </ButtonLink>
    );
  }
  switch (access.code) {
    case 'PLAN_UPGRADE_REQUIRED':
      return (
        <ButtonLink {...look} to="/account/plan?to=premium" onClick={remember}>
          <Trans>Upgrade to {premium}</Trans>
        </ButtonLink>
      );
    case 'PAYMENT_OVERDUE':
      return <OnHold {...look} to="/account" onClick={remember} />;
    case 'SUBSCRIPTION_EXPIRED':
      return (
        <ButtonLink {...look} to={`/plans?plan=${required_plan}`} onClick={remember}>
          <Trans>Subscribe again</Trans>
        </ButtonLink>
      );
    default:
      return (
        <ButtonLink {...look} to={`/plans?plan=${required_plan}`} onClick={remember}>
          <Trans>Subscribe to watch</Trans>
        </ButtonLink>
      );
  }
}

/** For a missing payment, or for paused billing, where there is nothing to pay. */
function OnHold(link: Omit<ComponentProps<typeof ButtonLink>, 'icon' | 'children'>) {
  const { data, isPending } = useSubscription();
  if (isPending) return <NextStepSkeleton />;
  return data?.status === 'paused' ? (
    <ButtonLink {...link}>
      <Trans>Manage subscription</Trans>
    </ButtonLink>
  ) : (
    <ButtonLink {...link} icon="card">
      <Trans>Update payment</Trans>
    </ButtonLink>
  );
}

/** Reserves the space until the action is known, so that nothing shifts. */
export function NextStepSkeleton() {
  return <Skeleton shape="block" className={styles.waiting} />;
}
