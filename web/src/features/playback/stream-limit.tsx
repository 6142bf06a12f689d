import { useEffect, useState } from 'react';
import { Button, ButtonLink } from '@/components/button';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { deviceName } from '@/lib/device-name';
import type { ApiError } from '@/lib/errors/api-error';
import { ago, count } from '@/lib/format';
import { useStopStream } from '@/lib/queries/use-stop-stream';
import { useSubscription } from '@/lib/queries/use-subscription';
import styles from './stream-limit.module.css';
import { busyStreams } from './busy-streams';

interface StreamLimitProps {
  error: ApiError;
  isAsking: boolean;
  onRetry: () => void;
}

/** Who else is watching, and a way to take one of their places. */
export function StreamLimit({ error, isAsking, onRetry }: StreamLimitProps) {
  const busy = busyStreams(error);
  const stop = useStopStream();
  const subscription = useSubscription();
  const [stopped, setStopped] = useState<string | null>(null);
  const mayUpgrade = subscription.data && subscription.data.plan_type !== 'premium';
  useEffect(() => {
    document.getElementById('limit')?.focus();
  }, []);
  const take = (id: string) => {
    setStopped(id);
    stop.mutate(id, { onSuccess: onRetry });
  };
  return (
    <section className={styles.limit} aria-labelledby="limit">
      <h1 id="limit" tabIndex={-1} className={styles.title}>
        Every seat of your plan is taken
      </h1>
      <p className={styles.text}>{`Your account is playing on ${count(busy.length, 'device')}, and that is as many as your plan has. Stop one to watch here.`}</p>
      {stop.error && <ErrorNotice size="line" error={stop.error} />}
      <ul className={styles.list}>
        {busy.map((stream) => (
          <li key={stream.playback_session_id} className={styles.row}>
            <span className={styles.mark}>
              <Icon name={MORE_ICONS.device} />
            </span>
            <div className={styles.what}>
              <p className={styles.name}>{deviceName(stream.device_name)}</p>
              <p className={styles.when}>{`${stream.video_title}, since ${ago(stream.started_at)}`}</p>
            </div>
            <Button
              look="primary"
              size="sm"
              busy={(stop.isPending || isAsking) && stopped === stream.playback_session_id}
              aria-label={`Stop ${deviceName(stream.device_name)} and watch here`}
              onClick={() => take(stream.playback_session_id)}
            >
              Stop it and watch here
            </Button>
          </li>
        ))}
      </ul>
      <div className={styles.actions}>
        <Button busy={isAsking && stopped === null} icon="restart" onClick={onRetry}>
          Try again
        </Button>
        {mayUpgrade && <ButtonLink to={subscription.data.plan_type ? '/account/plan?to=premium' : '/plans?plan=premium'}>More seats with Premium</ButtonLink>}
      </div>
    </section>
  );
}
