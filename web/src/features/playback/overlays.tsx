// The player's messages are in the same element as the picture, so that they are visible in full screen.
import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { Link } from '@/lib/router/link';
import { Button, ButtonLink } from '@/components/button';
import { Icon } from '@/components/icon';
import type { IconName } from '@/components/icon';
import { Poster } from '@/components/poster';
import { explain } from '@/lib/errors/explain';
import type { Action } from '@/lib/errors/explanation';
import type { ApiError } from '@/lib/errors/api-error';
import type { ShownVideo } from '@/lib/models';
import type { StopReason } from './engine';
import styles from './overlays.module.css';
import { StreamLimit } from './stream-limit';
import { useRelated } from './use-related';

const elsewhere = () => ({
  title: t`Playing on another device`,
  text: t`Playback was stopped from another device, or another device took its place. We saved your position.`,
  action: null,
});
const unsupported = () => ({
  title: t`This browser can’t play the video`,
  text: t`Update your browser, or watch on another device.`,
  action: null,
});

interface StoppedOverlayProps {
  stopReason: StopReason;
  onRetry: () => void;
  onTakeBack: () => void;
}

/** Covers the picture when playback has stopped. */
export function StoppedOverlay({ stopReason: { kind, error }, onRetry, onTakeBack }: StoppedOverlayProps) {
  if (kind === 'full') {
    return (
      <div className={styles.full}>
        <StreamLimit error={error as ApiError} isAsking={false} onRetry={onTakeBack} />
      </div>
    );
  }
  const { title, text, action } = kind === 'taken' ? elsewhere() : kind === 'unsupported' ? unsupported() : explain(error);
  return (
    <div className={styles.over} role="alert">
      <p className={styles.overTitle}>{title}</p>
      <p className={styles.overText}>{text}</p>
      {kind === 'taken' ? (
        <Button look="primary" icon="play" onClick={onTakeBack}>
          <Trans>Play here</Trans>
        </Button>
      ) : (
        <Act action={action} onRetry={onRetry} />
      )}
    </div>
  );
}

/** What the viewer can do about it. Trying again is always possible. */
function Act({ action, onRetry }: { action: Action | null; onRetry: () => void }) {
  return (
    <div className={styles.overActions}>
      {action?.kind === 'link' && (
        <ButtonLink to={action.to} look="primary">
          {action.label}
        </ButtonLink>
      )}
      <Button
        look={action?.kind === 'link' ? 'quiet' : 'primary'}
        icon="restart"
        onClick={onRetry}
        className={action?.kind === 'link' ? styles.overButton : undefined}
      >
        <Trans>Try again</Trans>
      </Button>
    </div>
  );
}

/** The end of a film, with films that are like it. */
export function EndOverlay({ video, onAgain }: { video: ShownVideo; onAgain: () => void }) {
  const related = useRelated(video);
  return (
    <div className={styles.over} role="status">
      <p className={styles.overTitle}>
        <Trans>The end</Trans>
      </p>
      {related.length > 0 && (
        <nav className={styles.related} aria-label={t`More like this`}>
          {related.map((one) => (
            <Link key={one.id} to={`/videos/${one.id}`} className={styles.relatedLink}>
              <Poster video={one} sizes="(min-width: 44rem) 14rem, 30vw" />
              <span className={styles.relatedTitle}>{one.title}</span>
            </Link>
          ))}
        </nav>
      )}
      <div className={styles.overActions}>
        <Link to={`/videos/${video.id}`} className={styles.overLink}>
          <Trans>More like this</Trans>
        </Link>
        <Button look="quiet" icon="restart" onClick={onAgain} className={styles.overButton}>
          <Trans>Watch again</Trans>
        </Button>
      </div>
    </div>
  );
}

interface PlaybackNoticeProps {
  icon: IconName;
  text: string;
  onRetry?: () => void;
}

/** A notice of a problem that does not stop the film. */
export function PlaybackNotice({ icon, text, onRetry }: PlaybackNoticeProps) {
  return (
    <div role="status" className={styles.notice}>
      <Icon name={icon} size={18} />
      {text}
      {onRetry && (
        <button type="button" className={styles.noticeButton} onClick={onRetry}>
          <Trans>Try again</Trans>
        </button>
      )}
    </div>
  );
}
