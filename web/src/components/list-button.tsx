import { t } from '@lingui/core/macro';
import type { Video } from '@/lib/models';
import { useSetListed } from '@/lib/queries/use-set-listed';
import { useIsListed } from '@/lib/queries/use-watchlist';
import { Button } from './button';
import { classes } from './classes';
import { Icon } from './icon';
import styles from './list-button.module.css';
import { MORE_ICONS } from './more-icons';

interface ListButtonProps {
  video: Video;
  /** Whether the video is on the list, if the page knows. */
  isListed?: boolean;
}

/** Adds a video to the viewer's list, or removes it. */
export function ListButton({ video, isListed: known }: ListButtonProps) {
  const newest = useIsListed(video.id);
  const isListed = known ?? newest ?? false;
  const set = useSetListed();
  return (
    <Button
      size="lg"
      icon={isListed ? 'check' : MORE_ICONS.plus}
      aria-pressed={isListed}
      onClick={() => set.mutate({ video, isListed: !isListed })}
    >
      {t`My list`}
    </Button>
  );
}

/** The same button on a card's picture. */
export function ListMark({ video, className }: { video: Video; className?: string }) {
  const isListed = useIsListed(video.id) ?? false;
  const set = useSetListed();
  const { title } = video;
  return (
    <button
      type="button"
      className={classes(styles.mark, className)}
      aria-pressed={isListed}
      aria-label={t`My list: ${title}`}
      title={t`My list`}
      onClick={() => set.mutate({ video, isListed: !isListed })}
    >
      <Icon name={isListed ? 'check' : MORE_ICONS.plus} size={20} />
    </button>
  );
}
