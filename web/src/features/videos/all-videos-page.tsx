import { useSearchParams } from 'react-router';
import { PlanBadge } from '@/components/badge';
import { ButtonLink } from '@/components/button';
import { EndlessTable } from '@/components/endless-table';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import { Poster } from '@/components/poster';
import { RowLink } from '@/components/row-link';
import { Segments } from '@/components/segments';
import type { Column } from '@/components/table';
import { ago, clock } from '@/lib/format';
import type { AdminVideo, VideoStatus } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import styles from './all-videos-page.module.css';
import { useAllVideos } from './use-all-videos';
import { EncodingBadge, publication } from './video-state';

const FILTERS = [
  { value: 'all', label: 'All' },
  { value: 'ready', label: 'Ready' },
  { value: 'processing', label: 'On their way' },
  { value: 'error', label: 'Failed' },
] as const;

const COLUMNS: Column<AdminVideo>[] = [
  {
    key: 'title',
    head: 'Video',
    isName: true,
    cell: (video) => (
      <span className={styles.video}>
        <Poster video={video} sizes="6rem" className={styles.poster} />
        <RowLink
          to={`/admin/videos/${video.id}`}
          meta={`${video.category}${video.season && video.episode ? ` · S${video.season} E${video.episode}` : ''}${video.duration ? ` · ${clock(video.duration)}` : ''}`}
        >
          {video.title}
        </RowLink>
      </span>
    ),
  },
  { key: 'plan', head: 'Plan', cell: (video) => <PlanBadge plan={video.required_plan} /> },
  { key: 'status', head: 'Encoding', cell: (video) => <EncodingBadge video={video} /> },
  { key: 'published', head: 'Shown', cell: (video) => <span className={styles[publication(video).kind]}>{publication(video).text}</span> },
  { key: 'created', head: 'Added', align: 'end', cell: (video) => <span className={styles.draft}>{ago(video.created_at)}</span> },
];

export function Component() {
  usePageTitle('Videos');
  const [params, setParams] = useSearchParams();
  const status = statusOf(params.get('status'));
  const videos = useAllVideos(status);
  return (
    <>
      <PageHead title="Videos">
        <ButtonLink to="/admin/videos/new" look="primary" icon={MORE_ICONS.plus}>
          Add a video
        </ButtonLink>
      </PageHead>
      <div className={styles.filter}>
        <Segments label="Encoding" value={status ?? 'all'} options={FILTERS} onChange={(value) => setParams(value === 'all' ? {} : { status: value }, { preventScrollReset: true })} />
      </div>
      <EndlessTable
        label="Videos"
        list={videos}
        columns={COLUMNS}
        rowKey={(video) => video.id}
        empty={
          status ? (
            <Empty icon="film" title="None of those" text={status === 'error' ? 'Every video could be encoded.' : 'No video stands so at the moment.'} />
          ) : (
            <Empty icon="film" title="The projector is empty" text="Add the first video: drop its file, say what it is, and publish it once it is encoded.">
              <ButtonLink to="/admin/videos/new" look="primary" icon={MORE_ICONS.plus}>
                Add a video
              </ButtonLink>
            </Empty>
          )
        }
      />
    </>
  );
}

function statusOf(value: string | null): VideoStatus | undefined {
  return (['ready', 'processing', 'error'] as const).find((known) => known === value);
}
