import { t } from '@lingui/core/macro';
import { useSearchParams } from '@/lib/router/place';
import { PlanBadge } from '@/components/badge';
import { Button, ButtonLink } from '@/components/button';
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
import { SearchField } from './search-field';
import { useAllVideos } from './use-all-videos';
import { EncodingBadge, publication } from './video-state';

const QUERY_LENGTH_MAX = 200;

const filters = () =>
  [
    { value: 'all', label: t`All` },
    { value: 'ready', label: t`Ready` },
    { value: 'processing', label: t`Processing` },
    { value: 'error', label: t`Failed` },
  ] as const;

const columns = (): Column<AdminVideo>[] => [
  {
    key: 'title',
    head: t`Video`,
    isName: true,
    cell: (video) => (
      <span className={styles.video}>
        <Poster video={video} sizes="6rem" className={styles.poster} />
        <RowLink to={`/admin/videos/${video.id}`} meta={metaOf(video)}>
          {video.title}
        </RowLink>
      </span>
    ),
  },
  { key: 'plan', head: t`Plan`, cell: (video) => <PlanBadge plan={video.required_plan} /> },
  { key: 'status', head: t`Status`, cell: (video) => <EncodingBadge video={video} /> },
  {
    key: 'published',
    head: t`Visibility`,
    cell: (video) => <span className={styles[publication(video).kind]}>{publication(video).text}</span>,
  },
  { key: 'created', head: t`Added`, align: 'end', cell: (video) => <span className={styles.draft}>{ago(video.created_at)}</span> },
];

export function Component() {
  usePageTitle(t`Videos`);
  const [params, setParams] = useSearchParams();
  const status = statusOf(params.get('status'));
  const q = Array.from((params.get('q') ?? '').trim())
    .slice(0, QUERY_LENGTH_MAX)
    .join('');
  const videos = useAllVideos({ q: q || undefined, status });
  const change = (changes: { q?: string; status?: string }) => {
    const next = { q, status: status ?? '', ...changes };
    setParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')), { preventScrollReset: true });
  };
  return (
    <>
      <PageHead title={t`Videos`}>
        <ButtonLink to="/admin/series">{t`Series`}</ButtonLink>
        <ButtonLink to="/admin/videos/new" look="primary" icon={MORE_ICONS.plus}>
          {t`Add a video`}
        </ButtonLink>
      </PageHead>
      <SearchField value={q} onChange={(typed) => change({ q: typed })} isFocused={false} />
      <div>
        <Segments
          label={t`Status`}
          value={status ?? 'all'}
          options={filters()}
          onChange={(value) => change({ status: value === 'all' ? '' : value })}
        />
      </div>
      {q && videos.hasNextPage && (
        <p role="status" className={styles.draft}>
          {t`The newest videos are searched first. Scroll down to search further.`}
        </p>
      )}
      <EndlessTable
        label={t`Videos`}
        list={videos}
        columns={columns()}
        rowKey={(video) => video.id}
        empty={
          q ? (
            <Empty icon="film" title={t`No videos found`} text={t`No title, series or description matches this search.`}>
              <Button onClick={() => setParams({})}>{t`Show all videos`}</Button>
            </Empty>
          ) : status ? (
            <Empty
              icon="film"
              title={t`No videos found`}
              text={status === 'error' ? t`No video failed to encode.` : t`No video has this status.`}
            />
          ) : (
            <Empty
              icon="film"
              title={t`No videos yet`}
              text={t`Add the first video: upload its file, fill in its details, and publish it once it is encoded.`}
            >
              <ButtonLink to="/admin/videos/new" look="primary" icon={MORE_ICONS.plus}>
                {t`Add a video`}
              </ButtonLink>
            </Empty>
          )
        }
      />
    </>
  );
}

/** `Drama · S1 E2 · 42:10` */
function metaOf({ category, season, episode, duration, trailer_of }: AdminVideo): string {
  const place = season && episode ? t`S${season} E${episode}` : '';
  return [trailer_of ? t`Trailer` : category, place, duration ? clock(duration) : ''].filter((part) => part !== '').join(' · ');
}

function statusOf(value: string | null): VideoStatus | undefined {
  return (['ready', 'processing', 'error'] as const).find((known) => known === value);
}
