import { t } from '@lingui/core/macro';
import { Trans, Plural } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { Button, ButtonLink } from '@/components/button';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { useIsKids } from '@/lib/age-limit';
import { deviceName } from '@/lib/device-name';
import type { ApiError } from '@/lib/errors/api-error';
import { ago } from '@/lib/format';
import { planName } from '@/lib/nouns';
import { useStopStream } from '@/lib/queries/use-stop-stream';
import { useSubscription } from '@/lib/queries/use-subscription';
import styles from './stream-limit.module.css';
import { busyStreams } from './busy-streams';
import type { BusyStream } from './busy-streams';

interface StreamLimitProps {
  error: ApiError;
  isAsking: boolean;
  onRetry: () => void;
}

/** The devices that are playing, each with a button to stop it and play here. */
export function StreamLimit({ error, isAsking, onRetry }: StreamLimitProps) {
  const busy = busyStreams(error);
  const stop = useStopStream();
  const subscription = useSubscription();
  const [stopped, setStopped] = useState<string | null>(null);
  const premium = planName('premium');
  const isKids = useIsKids();
  const mayUpgrade = !isKids && subscription.data && subscription.data.plan_type !== 'premium';
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
        <Trans>Too many devices are watching</Trans>
      </h1>
      <p className={styles.text}>
        <Plural
          value={busy.length}
          one="Your account is playing on # device, which is your plan’s limit. Stop it to watch here."
          other="Your account is playing on # devices, which is your plan’s limit. Stop one to watch here."
        />
      </p>
      {stop.error && <ErrorNotice size="line" error={stop.error} />}
      <ul className={styles.list}>
        {busy.map((stream) => (
          <Row
            key={stream.playback_session_id}
            stream={stream}
            isBusy={(stop.isPending || isAsking) && stopped === stream.playback_session_id}
            onTake={() => take(stream.playback_session_id)}
          />
        ))}
      </ul>
      <div className={styles.actions}>
        <Button busy={isAsking && stopped === null} icon="restart" onClick={onRetry}>
          <Trans>Try again</Trans>
        </Button>
        {mayUpgrade && (
          <ButtonLink to={subscription.data.plan_type ? '/account/plan?to=premium' : '/plans?plan=premium'}>
            <Trans>Watch on more devices with {premium}</Trans>
          </ButtonLink>
        )}
      </div>
    </section>
  );
}

function Row({ stream, isBusy, onTake }: { stream: BusyStream; isBusy: boolean; onTake: () => void }) {
  const device = deviceName(stream.device_name);
  const { video_title: title } = stream;
  const started = ago(stream.started_at);
  return (
    <li className={styles.row}>
      <span className={styles.mark}>
        <Icon name={MORE_ICONS.device} />
      </span>
      <div className={styles.what}>
        <p className={styles.name}>{device}</p>
        <p className={styles.when}>{t`${title} · Started: ${started}`}</p>
      </div>
      <Button look="primary" size="sm" busy={isBusy} aria-label={t`Stop ${device} and watch here`} onClick={onTake}>
        <Trans>Stop and watch here</Trans>
      </Button>
    </li>
  );
}
