import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Button, ButtonLink, IconButton } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { More } from '@/components/more';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice } from '@/components/notice';
import { SheetPage } from '@/components/sheet';
import { Loading, Skeleton } from '@/components/skeleton';
import { VideoRow } from '@/components/video-row';
import { ago, clock } from '@/lib/format';
import type { HistoryItem } from '@/lib/models';
import { shortPlace } from '@/lib/nouns';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import styles from './history-page.module.css';
import { useClearHistory, useRemoveHistoryItem } from './use-delete-history';
import { useHistory } from './use-history';

export function Component() {
  usePageTitle(t`History`);
  return (
    <div className={styles.page}>
      <SheetPage title={t`History`} lead={t`What you’ve watched, newest first.`}>
        <History />
      </SheetPage>
    </div>
  );
}

function History() {
  const history = useHistory();
  const [isAsking, setIsAsking] = useState(false);
  const clear = useClearHistory();
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = history;
  const seen = history.data?.pages.flatMap((page) => page.items);
  if (history.error && !seen) return <ErrorNotice error={history.error} onRetry={() => void history.refetch()} />;
  if (!seen) {
    return (
      <Loading label={t`Loading your history`}>
        <Skeleton shape="block" className={styles.waiting} />
      </Loading>
    );
  }
  if (seen.length === 0 && !hasNextPage) {
    return (
      <Empty icon={MORE_ICONS.clock} title={t`Nothing here yet`} text={t`What you watch shows up here.`}>
        <ButtonLink to="/browse" look="primary">
          <Trans>Browse</Trans>
        </ButtonLink>
      </Empty>
    );
  }
  return (
    <>
      <div className={styles.actions}>
        <Button icon={MORE_ICONS.trash} onClick={() => setIsAsking(true)}>
          <Trans>Clear history</Trans>
        </Button>
      </div>
      <ul className={styles.list}>
        {seen.map((entry) => (
          <Entry key={entry.video.id} entry={entry} />
        ))}
      </ul>
      {history.isFetchNextPageError && <ErrorNotice error={history.error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && !history.isFetchNextPageError && <More isBusy={isFetchingNextPage} onMore={() => void fetchNextPage()} />}
      <Confirm
        open={isAsking}
        onClose={() => setIsAsking(false)}
        title={t`Clear your history?`}
        description={t`Everything you’ve watched is removed, with your positions and watched marks. This can’t be undone.`}
        actionLabel={t`Clear history`}
        act={async () => {
          await clear();
          notify(t`Your history is cleared.`);
        }}
      />
    </>
  );
}

function Entry({ entry: { video, progress, completed, last_watched_at } }: { entry: HistoryItem }) {
  const remove = useRemoveHistoryItem();
  const { title } = video;
  const left = clock(Math.max(0, (video.duration ?? 0) - progress));
  const share = video.duration ? Math.min(1, progress / video.duration) : 0;
  const place = video.season && video.episode ? shortPlace(video.season, video.episode) : null;
  return (
    <li>
      <VideoRow
        video={video}
        title={title}
        share={completed ? 0 : share}
        facts={
          <>
            {place && <span>{place}</span>}
            <span>{ago(last_watched_at)}</span>
          </>
        }
        isWatched={completed}
        progress={!completed && video.duration && <span>{t`${left} left`}</span>}
        action={<IconButton icon="close" label={t`Remove ${title} from your history`} onClick={() => remove.mutate(video)} />}
      />
    </li>
  );
}
