import { t } from '@lingui/core/macro';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Page } from '@/lib/models';
import { More } from './more';
import { ErrorNotice, Callout } from './notice';
import { Table, TableSkeleton } from './table';
import type { Column } from './table';

interface EndlessTableProps<Row> {
  /** The table's accessible name. */
  label: string;
  list: UseInfiniteQueryResult<InfiniteData<Page<Row>>>;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  detail?: (row: Row) => ReactNode;
  detailLabel?: (row: Row) => string;
  /** Shown if there are no rows. */
  empty: ReactNode;
}

/** A paginated list, with its states: loading, failed, empty, and failed to load a further page. */
export function EndlessTable<Row>({ label, list, columns, rowKey, detail, detailLabel, empty }: EndlessTableProps<Row>) {
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  if (list.error && !list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <TableSkeleton label={label} columns={columns} />;
  const rowCount = rows.length;
  return (
    <>
      <p role="status" className="visually-hidden">
        {list.isPlaceholderData ? '' : hasNextPage ? t`${label}: ${rowCount}+` : t`${label}: ${rowCount}`}
      </p>
      {list.isRefetchError && <Callout kind="warning">{t`This list could not be refreshed. It may be out of date.`}</Callout>}
      {rows.length > 0 ? (
        <Table
          label={label}
          columns={columns}
          rows={rows}
          rowKey={rowKey}
          detail={detail}
          detailLabel={detailLabel}
          isOld={list.isPlaceholderData}
        />
      ) : hasNextPage ? (
        // The API searched a page and found nothing; more pages load below.
        <TableSkeleton label={label} columns={columns} rows={3} />
      ) : (
        empty
      )}
      {isFetchNextPageError && <ErrorNotice error={list.error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && !isFetchNextPageError && <More isBusy={isFetchingNextPage} onMore={() => void fetchNextPage()} />}
    </>
  );
}
