import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { ButtonLink } from '@/components/button';
import { More } from '@/components/more';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice } from '@/components/notice';
import { Loading } from '@/components/skeleton';
import { VideoCard } from '@/components/video-card';
import { usePageTitle } from '@/lib/page-title';
import { useAllSeries } from '@/lib/queries/use-series';
import { useWatchlist } from '@/lib/queries/use-watchlist';
import styles from './browse-page.module.css';
import { CardSkeletons } from './card-skeletons';
import { NO_SERIES, cardsOfEach } from './cards';

const SIZES = '(min-width: 90rem) 22rem, (min-width: 60rem) 30vw, (min-width: 36rem) 46vw, 92vw';

export function Component() {
  usePageTitle(t`My list`);
  return (
    <div className={styles.browse}>
      <div className={styles.head}>
        <h1>{t`My list`}</h1>
      </div>
      <Listed />
    </div>
  );
}

function Listed() {
  const list = useWatchlist();
  const series = useAllSeries();
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const videos = list.data?.pages.flatMap((page) => page.items.map(({ video }) => video));
  if (list.error && !videos) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;
  if (!videos || series.isPending) {
    return (
      <Loading label={t`Loading your list`}>
        <ul className={styles.cards}>
          <CardSkeletons />
        </ul>
      </Loading>
    );
  }
  if (videos.length === 0 && !hasNextPage) return <EmptyList />;
  return (
    <>
      <ul className={styles.cards}>
        {cardsOfEach(videos, series.data ?? NO_SERIES).map((card) => (
          <li key={card.video.id}>
            <VideoCard {...card} sizes={SIZES} />
          </li>
        ))}
        {isFetchingNextPage && <CardSkeletons />}
      </ul>
      {list.isFetchNextPageError && <ErrorNotice error={list.error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && !list.isFetchNextPageError && <More isBusy={isFetchingNextPage} onMore={() => void fetchNextPage()} />}
    </>
  );
}

function EmptyList(): ReactNode {
  return (
    <Empty icon={MORE_ICONS.plus} title={t`Your list is empty`} text={t`Add films and series that you want to watch later.`}>
      <ButtonLink to="/browse" look="primary">
        <Trans>Browse</Trans>
      </ButtonLink>
    </Empty>
  );
}
