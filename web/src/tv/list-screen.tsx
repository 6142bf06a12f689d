import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { useEffect } from 'react';
import { useWatchlist } from '@/lib/queries/use-watchlist';
import type { ScreenProps } from './app';
import { Item, useOnce } from './focus';
import { Grid } from './grid';
import { Failure, Waiting } from './messages';
import { back } from './screens';

/** The viewer's list. */
export function ListScreen({ focusKey, isVisible }: ScreenProps) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useWatchlist();
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const videos = data?.pages.flatMap(({ items }) => items.map(({ video }) => video));
  useOnce(videos !== undefined && isVisible, () => void setFocus(focusKey));
  if (!videos) return error ? <Failure error={error} focusKey={focusKey} onRetry={() => void refetch()} /> : <Waiting label={t`Loading`} />;
  if (videos.length === 0) {
    return (
      <div className="message">
        <h1>{t`Your list is empty`}</h1>
        <p>{t`Add titles to your list on their pages.`}</p>
        <Item className="button" onPress={() => back()}>
          {t`Back`}
        </Item>
      </div>
    );
  }
  return (
    <div className="page">
      <h1 className="page-title">{t`My list`}</h1>
      <Grid name={`${focusKey}-grid`} videos={videos} label={t`My list`} />
    </div>
  );
}
