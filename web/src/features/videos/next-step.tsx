import { ButtonLink } from '@/components/button';
import { clock } from '@/lib/format';
import { rememberWanted } from '@/lib/wanted';
import type { ShownVideo } from '@/lib/models';

/** The one thing to do about a video: play it, go on with it, or what stands before that. */
export function NextStep({ video, size = 'lg' }: { video: ShownVideo; size?: 'md' | 'lg' }) {
  const { access, id, required_plan } = video;
  const look = { look: 'primary', size } as const;
  const remember = () => rememberWanted(`/videos/${id}`);
  if (access.allowed) {
    const isBegun = video.progress > 0 && !video.completed;
    return (
      <ButtonLink {...look} to={`/watch/${id}`} icon="play">
        {isBegun ? `Resume at ${clock(video.progress)}` : video.completed ? 'Watch again' : 'Play'}
      </ButtonLink>
    );
  }
  switch (access.code) {
    case 'PLAN_UPGRADE_REQUIRED':
      return (
        <ButtonLink {...look} to="/account/plan?to=premium" onClick={remember}>
          Upgrade to Premium
        </ButtonLink>
      );
    case 'PAYMENT_OVERDUE':
      return (
        <ButtonLink {...look} to="/account" icon="card" onClick={remember}>
          Fix the payment
        </ButtonLink>
      );
    case 'SUBSCRIPTION_EXPIRED':
      return (
        <ButtonLink {...look} to={`/plans?plan=${required_plan}`} onClick={remember}>
          Subscribe again
        </ButtonLink>
      );
    default:
      return (
        <ButtonLink {...look} to={`/plans?plan=${required_plan}`} onClick={remember}>
          Subscribe to watch
        </ButtonLink>
      );
  }
}
