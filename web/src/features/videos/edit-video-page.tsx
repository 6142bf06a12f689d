import { t } from '@lingui/core/macro';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from '@/lib/router/place';
import { useParams } from '@/lib/router/routes';
import { PlanBadge } from '@/components/badge';
import { Button, ButtonLink } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { Columns, ColumnsSkeleton } from '@/components/columns';
import { Copied } from '@/components/copied';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice } from '@/components/notice';
import { Badges, PageHead } from '@/components/page-head';
import { Facts, Panel } from '@/components/panel';
import { Poster } from '@/components/poster';
import { Loading, Skeleton } from '@/components/skeleton';
import { hasCode } from '@/lib/errors/api-error';
import { length, moment } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { useForm } from '@/lib/use-form';
import { CaptionsPanel } from './captions-panel';
import styles from './edit-video-page.module.css';
import { PosterPanel } from './poster-panel';
import { PublishPanel } from './publish-panel';
import { qualityName } from './quality-field';
import { audioSummary } from './sound';
import { TrailerPanel } from './trailer-panel';
import { useAnyVideo } from './use-any-video';
import { useDeleteVideo } from './use-delete-video';
import { useEverySeries, useSeriesByName } from './use-every-series';
import { useUpdateVideo } from './use-update-video';
import { VideoFields, initialVideo, videoBody, videoIssues } from './video-form';
import { VideoFileJourney } from './video-file-journey';
import { EncodingBadge } from './video-state';

const back = () => ({ to: '/admin/videos', label: t`Videos` });

export function Component() {
  const { id = '' } = useParams();
  const video = useAnyVideo(id);
  usePageTitle(video.data?.title ?? t`Video`);
  if (video.data) return <Edit key={video.data.id} video={video.data} />;
  if (hasCode(video.error, 'NOT_FOUND')) {
    return (
      <Empty isPage icon="film" title={t`Video not found`} text={t`This video may have been deleted.`}>
        <ButtonLink to="/admin/videos">{t`All videos`}</ButtonLink>
      </Empty>
    );
  }
  if (video.error) return <ErrorNotice error={video.error} onRetry={() => void video.refetch()} />;
  return (
    <Loading label={t`Loading video`}>
      <ColumnsSkeleton />
    </Loading>
  );
}

function Edit({ video }: { video: AdminVideo }) {
  const navigate = useNavigate();
  const remove = useDeleteVideo(video.id);
  const [asksDelete, setAsksDelete] = useState(false);
  useStatusNotice(video);
  const { title } = video;
  return (
    <>
      <PageHead
        title={title}
        back={back()}
        lead={
          <Badges>
            <EncodingBadge video={video} />
            <PlanBadge plan={video.required_plan} />
            <span>{video.category}</span>
          </Badges>
        }
      >
        <Button look="danger" size="sm" icon={MORE_ICONS.trash} onClick={() => setAsksDelete(true)}>
          {t`Delete`}
        </Button>
      </PageHead>
      <Columns
        aside={
          <>
            <Poster video={video} sizes="(min-width: 80rem) 28rem, 92vw" isFirst />
            <PublishPanel video={video} />
            <PosterPanel key={video.poster_source?.kind} video={video} />
            <TrailerPanel video={video} />
            <Panel title={t`Technical details`}>
              <Facts
                of={[
                  [t`Length`, video.duration ? length(video.duration) : null],
                  [t`Video quality`, qualityName(video.video_quality)],
                  ...audioSummary(video.audio),
                  [t`Added`, moment(video.created_at)],
                  [t`Video ID`, <Copied key="id" id={video.id} what={t`Video ID`} />],
                  [t`Mux asset ID`, video.mux_asset_id ? <Copied key="asset" id={video.mux_asset_id} what={t`Mux asset ID`} /> : null],
                  [
                    t`Mux playback ID`,
                    video.mux_playback_id ? <Copied key="playback" id={video.mux_playback_id} what={t`Mux playback ID`} /> : null,
                  ],
                ]}
              />
            </Panel>
          </>
        }
      >
        <VideoFileJourney video={video} />
        <Panel title={t`Details`}>
          <Details video={video} />
        </Panel>
        <CaptionsPanel video={video} />
      </Columns>
      <Confirm
        open={asksDelete}
        onClose={() => setAsksDelete(false)}
        title={t`Delete “${title}”?`}
        description={t`This deletes the video and its file at Mux, and removes it from every list. You cannot undo this.`}
        actionLabel={t`Delete video`}
        act={async () => {
          await remove.mutateAsync();
          notify(t`“${title}” deleted`);
          await navigate('/admin/videos', { replace: true });
        }}
      />
    </>
  );
}

/** Shows a notice when encoding ends while the page is open. */
function useStatusNotice({ status, title }: AdminVideo) {
  const before = useRef(status);
  useEffect(() => {
    if (before.current === 'processing' && status === 'ready') notify(t`“${title}” is ready`);
    if (before.current === 'processing' && status === 'error') notify(t`“${title}” has no playable file`, 'failed');
    before.current = status;
  }, [status, title]);
}

function Details({ video }: { video: AdminVideo }) {
  const series = useEverySeries();
  if (series.error && !series.data) return <ErrorNotice error={series.error} onRetry={() => void series.refetch()} />;
  if (!series.data) return <Skeleton shape="text" lines={6} />;
  return <DetailsForm video={video} series={series.data.find(({ id }) => id === video.series_id)?.title ?? ''} />;
}

function DetailsForm({ video, series }: { video: AdminVideo; series: string }) {
  const update = useUpdateVideo(video.id);
  const seriesByName = useSeriesByName();
  const form = useForm({
    initial: initialVideo(video, series),
    check: videoIssues,
    submit: async (values) => {
      await update.mutateAsync(videoBody(values, await seriesByName(values.series, values.category)));
      notify(t`Saved`);
    },
  });
  return (
    <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
      {form.error !== null && <ErrorNotice size="line" error={form.error} />}
      <VideoFields form={form} isTrailer={Boolean(video.trailer_of)} />
      <div className={styles.actions}>
        <Button type="submit" look="strong" busy={form.isBusy}>
          {t`Save`}
        </Button>
      </div>
    </form>
  );
}
