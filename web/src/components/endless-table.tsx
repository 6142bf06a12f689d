import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Page } from '@/lib/models';
import { More } from './more';
import { ErrorNotice, Remark } from './notice';
import { Table, TableSkeleton } from './table';
import type { Column } from './table';

interface EndlessTableProps<Row> {
  /** What it lists. */
  label: string;
  list: UseInfiniteQueryResult<InfiniteData<Page<Row>>>;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  detail?: (row: Row) => ReactNode;
  detailLabel?: (row: Row) => string;
  /** What stands there when there is nothing. */
  empty: ReactNode;
}

/** A list of the service, page after page: while it loads, when it fails, when it is empty, and when only a further page does. */
export function EndlessTable<Row>({ label, list, columns, rowKey, detail, detailLabel, empty }: EndlessTableProps<Row>) {
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  if (list.error && !list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <TableSkeleton label={label} columns={columns} />;
  const found = `${rows.length}${hasNextPage ? ' and more' : ''}`;
  return (
    <>
      <p role="status" className="visually-hidden">
        {list.isPlaceholderData ? '' : `${label}: ${found}`}
      </p>
      {list.isRefetchError && <Remark kind="warning">This could not be brought up to date. What you see may be old.</Remark>}
      {rows.length > 0 ? (
        <Table label={label} columns={columns} rows={rows} rowKey={rowKey} detail={detail} detailLabel={detailLabel} isOld={list.isPlaceholderData} />
      ) : hasNextPage ? (
        // The service looked through a page and found none of them; it goes on below.
        <TableSkeleton label={label} columns={columns} rows={3} />
      ) : (
        empty
      )}
      {isFetchNextPageError && <ErrorNotice error={list.error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && !isFetchNextPageError && <More isBusy={isFetchingNextPage} onMore={() => void fetchNextPage()} />}
    </>
  );
}
