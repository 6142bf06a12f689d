import { t } from '@lingui/core/macro';
import { useId, useState } from 'react';
import { Button } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { Dialog } from '@/components/dialog';
import { TextArea, TextField } from '@/components/field';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import { Loading, Skeleton } from '@/components/skeleton';
import { SuggestField } from '@/components/suggest-field';
import { lengthIssue } from '@/lib/fields';
import type { AdminSeries } from '@/lib/models';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { useForm } from '@/lib/use-form';
import styles from './all-series-page.module.css';
import { useCategories } from '@/lib/queries/use-categories';
import { useCreateSeries, useDeleteSeries, useEverySeries, useUpdateSeries } from './use-every-series';

// The API's limits.
const TITLE_LENGTH_MAX = 200;
const DESCRIPTION_LENGTH_MAX = 5000;
const CATEGORY_LENGTH_MAX = 50;

export function Component() {
  usePageTitle(t`Series`);
  const series = useEverySeries();
  const [isNew, setIsNew] = useState(false);
  return (
    <>
      <PageHead title={t`Series`} back={{ to: '/admin/videos', label: t`Videos` }}>
        <Button look="primary" icon={MORE_ICONS.plus} onClick={() => setIsNew(true)}>
          {t`New series`}
        </Button>
      </PageHead>
      {series.error && !series.data ? (
        <ErrorNotice error={series.error} onRetry={() => void series.refetch()} />
      ) : series.data ? (
        <List series={series.data} />
      ) : (
        <Loading label={t`Loading series`}>
          <Skeleton shape="text" lines={6} />
        </Loading>
      )}
      {isNew && <NewDialog onClose={() => setIsNew(false)} />}
    </>
  );
}

function List({ series }: { series: AdminSeries[] }) {
  if (series.length === 0)
    return <Empty icon="film" title={t`No series yet`} text={t`Create one here, or enter a new series name for a video.`} />;
  return (
    <ul className={styles.list}>
      {series.map((one) => (
        <li key={one.id}>
          <Row series={one} />
        </li>
      ))}
    </ul>
  );
}

function Row({ series }: { series: AdminSeries }) {
  const remove = useDeleteSeries(series.id);
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const { title } = series;
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <strong>{title}</strong>
        <span className={styles.meta}>{series.category}</span>
        {series.description && <p className={styles.description}>{series.description}</p>}
      </div>
      <div className={styles.actions}>
        <Button size="sm" aria-label={t`Edit ${title}`} onClick={() => setOpen('edit')}>
          {t`Edit`}
        </Button>
        <Button size="sm" look="danger" icon={MORE_ICONS.trash} aria-label={t`Delete ${title}`} onClick={() => setOpen('delete')}>
          {t`Delete`}
        </Button>
      </div>
      {open === 'edit' && <EditDialog series={series} onClose={close} />}
      <Confirm
        open={open === 'delete'}
        onClose={close}
        title={t`Delete “${title}”?`}
        description={t`You can delete a series only when it has no episodes. Move or delete its episodes first.`}
        actionLabel={t`Delete series`}
        act={async () => {
          await remove.mutateAsync();
          notify(t`“${title}” deleted`);
          close();
        }}
      />
    </div>
  );
}

function NewDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateSeries();
  return (
    <SeriesDialog
      title={t`New series`}
      actionLabel={t`Create series`}
      initial={{ title: '', description: '', category: '' }}
      save={(body) => create.mutateAsync(body)}
      onClose={onClose}
    />
  );
}

function EditDialog({ series, onClose }: { series: AdminSeries; onClose: () => void }) {
  const update = useUpdateSeries(series.id);
  const { title, description, category } = series;
  return (
    <SeriesDialog
      title={t`Edit series`}
      actionLabel={t`Save`}
      initial={{ title, description, category }}
      save={(body) => update.mutateAsync(body)}
      onClose={onClose}
    />
  );
}

type Field = 'title' | 'description' | 'category';

interface SeriesDialogProps {
  title: string;
  actionLabel: string;
  initial: Record<Field, string>;
  save: (body: Record<Field, string>) => Promise<unknown>;
  onClose: () => void;
}

function SeriesDialog({ title, actionLabel, initial, save, onClose }: SeriesDialogProps) {
  const id = useId();
  const categories = useCategories();
  const form = useForm({
    initial,
    check: (values) => ({
      title: values.title.trim() === '' ? t`Enter a title` : undefined,
      category: values.category.trim() === '' ? t`Enter a category` : undefined,
      description: lengthIssue(values.description, DESCRIPTION_LENGTH_MAX),
    }),
    submit: async (values) => {
      const name = values.title.trim();
      await save({ title: name, description: values.description.trim(), category: values.category.trim() });
      notify(t`“${name}” saved`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={() => !form.isBusy && onClose()}
      title={title}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" form={id} look="primary" busy={form.isBusy}>
            {actionLabel}
          </Button>
        </>
      }
    >
      <form id={id} noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {form.error !== null && <ErrorNotice size="line" error={form.error} />}
        <TextField {...form.field('title')} label={t`Title`} maxLength={TITLE_LENGTH_MAX} autoComplete="off" />
        <TextArea {...form.field('description')} label={t`Description`} rows={4} hint={t`What the series is about.`} />
        <SuggestField
          {...form.field('category')}
          label={t`Category`}
          maxLength={CATEGORY_LENGTH_MAX}
          suggestions={categories.data?.map(({ category }) => category) ?? []}
          onChange={(value) => form.set('category', value)}
        />
      </form>
    </Dialog>
  );
}
