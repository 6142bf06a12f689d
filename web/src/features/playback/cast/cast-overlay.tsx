import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Button } from '@/components/button';
import { MORE_ICONS } from '@/components/more-icons';
import { clock } from '@/lib/format';
import styles from '../overlays.module.css';
import type { RemotePlayer, RemoteState } from './remote-player';

const JUMP_SECONDS = 10;

interface CastOverlayProps {
  player: RemotePlayer;
  state: RemoteState;
}

/** Covers the picture while the film plays on another device, and controls it there. */
export default function CastOverlay({ player, state: { device, isPlaying, progress, duration } }: CastOverlayProps) {
  const title = device ? t`Playing on ${device}` : t`Playing on your TV`;
  return (
    <div className={styles.cast} role="group" aria-label={title}>
      <p className={styles.overTitle}>{title}</p>
      <p className={styles.castTime}>{duration === null ? clock(progress) : `${clock(progress)} / ${clock(duration)}`}</p>
      <div className={styles.overActions}>
        <Button look="quiet" className={styles.overButton} onClick={() => player.seekBy(-JUMP_SECONDS)}>
          <Trans>Back 10 seconds</Trans>
        </Button>
        <Button look="primary" icon={isPlaying ? MORE_ICONS.pause : 'play'} onClick={() => player.toggle()}>
          {isPlaying ? t`Pause` : t({ message: 'Play', context: 'after a pause' })}
        </Button>
        <Button look="quiet" className={styles.overButton} onClick={() => player.seekBy(JUMP_SECONDS)}>
          <Trans>Forward 10 seconds</Trans>
        </Button>
      </div>
      <Button look="quiet" icon={MORE_ICONS.device} className={styles.overButton} onClick={() => player.stop()}>
        <Trans>Play here</Trans>
      </Button>
    </div>
  );
}
