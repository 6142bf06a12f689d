// The roles are explicit on purpose: a row that is displayed as a card would lose them.
/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role */
import { t } from '@lingui/core/macro';
import { Fragment, useId, useState } from 'react';
import type { ReactNode } from 'react';
import { classes } from './classes';
import { Icon } from './icon';
import { MORE_ICONS } from './more-icons';
import { Loading, Skeleton } from './skeleton';
import styles from './table.module.css';

export interface Column<Row> {
  key: string;
  head: string;
  cell: (row: Row) => ReactNode;
  /** Aligns numbers and buttons to the right. */
  align?: 'end';
  /** The cell that names the row for screen readers. */
  isName?: boolean;
  /** Shows the head only to screen readers. */
  isHeadHidden?: boolean;
}

interface TableProps<Row> {
  /** The table's accessible name. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** The expandable details of a row. */
  detail?: (row: Row) => ReactNode;
  /** The accessible name of the button that expands a row. */
  detailLabel?: (row: Row) => string;
  /** The rows are outdated and being replaced. */
  isOld?: boolean;
}

/** A table. On narrow screens a row becomes a card with the column heads as labels. */
export function Table<Row>({ label, columns, rows, rowKey, detail, detailLabel, isOld = false }: TableProps<Row>) {
  return (
    <Frame label={label} isOld={isOld}>
      <Head columns={columns} opens={detail !== undefined} />
      <tbody role="rowgroup">
        {rows.map((row) => (
          <Line key={rowKey(row)} row={row} columns={columns} detail={detail} detailLabel={detailLabel} />
        ))}
      </tbody>
    </Frame>
  );
}

function Frame({ label, isOld = false, children }: { label: string; isOld?: boolean; children: ReactNode }) {
  return (
    <div className={classes(styles.frame, isOld && styles.old)}>
      <table role="table" aria-label={label} className={styles.table}>
        {children}
      </table>
    </div>
  );
}

function Head<Row>({ columns, opens }: { columns: readonly Column<Row>[]; opens: boolean }) {
  return (
    <thead role="rowgroup" className={styles.head}>
      <tr role="row">
        {columns.map(({ key, head, align, isHeadHidden }) => (
          <th key={key} role="columnheader" scope="col" className={align === 'end' ? styles.end : undefined}>
            {isHeadHidden ? <span className="visually-hidden">{head}</span> : head}
          </th>
        ))}
        {opens && (
          <th role="columnheader" scope="col">
            <span className="visually-hidden">{t`Details`}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

interface LineProps<Row> extends Pick<TableProps<Row>, 'columns' | 'detail' | 'detailLabel'> {
  row: Row;
}

function Line<Row>({ row, columns, detail, detailLabel }: LineProps<Row>) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  return (
    <Fragment>
      <tr role="row" className={classes(styles.row, isOpen && styles.open)}>
        {columns.map(({ key, head, cell, align, isName, isHeadHidden }) => {
          const content = (
            <>
              {!isName && !isHeadHidden && (
                <span className={styles.label} aria-hidden="true">
                  {head}
                </span>
              )}
              <span className={styles.value}>{cell(row)}</span>
            </>
          );
          const look = classes(styles.cell, isName && styles.name, align === 'end' && styles.end);
          return isName ? (
            <th key={key} role="rowheader" scope="row" className={look}>
              {content}
            </th>
          ) : (
            <td key={key} role="cell" className={look}>
              {content}
            </td>
          );
        })}
        {detail && (
          <td role="cell" className={classes(styles.cell, styles.opener)}>
            <button
              type="button"
              className={styles.toggle}
              aria-expanded={isOpen}
              aria-controls={id}
              aria-label={detailLabel?.(row) ?? t`Details`}
              onClick={() => setIsOpen(!isOpen)}
            >
              <Icon name={MORE_ICONS.down} />
            </button>
          </td>
        )}
      </tr>
      {detail && isOpen && (
        <tr role="row" id={id} className={styles.detail}>
          <td role="cell" colSpan={columns.length + 1}>
            {detail(row)}
          </td>
        </tr>
      )}
    </Fragment>
  );
}

/** A table whose rows are loading. */
export function TableSkeleton<Row>({ label, columns, rows = 6 }: { label: string; columns: readonly Column<Row>[]; rows?: number }) {
  return (
    <Loading label={t`Loading: ${label}`}>
      <div className={styles.frame} aria-hidden="true">
        <table className={styles.table}>
          <Head columns={columns} opens={false} />
          <tbody>
            {Array.from({ length: rows }, (_, row) => (
              <tr key={row} className={styles.row}>
                {columns.map(({ key }) => (
                  <td key={key} className={styles.cell}>
                    <Skeleton shape="text" className={styles.waiting} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Loading>
  );
}
