import { useEffect, useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { PlanBadge } from '@/components/badge';
import { Bar } from '@/components/bar';
import { Button, ButtonLink } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { Columns, ColumnsSkeleton } from '@/components/columns';
import { Copied } from '@/components/copied';
import { MORE_ICONS } from '@/components/more-icons';
import { Empty, ErrorNotice, Remark } from '@/components/notice';
import { Badges, PageHead } from '@/components/page-head';
import { Facts, Note, Panel } from '@/components/panel';
import { Poster } from '@/components/poster';
import { Loading } from '@/components/skeleton';
import { hasCode } from '@/lib/errors/api-error';
import { length, moment } from '@/lib/format';
import type { AdminVideo } from '@/lib/models';
import { notify } from '@/lib/notify';
import { usePageTitle } from '@/lib/page-title';
import { useForm } from '@/lib/use-form';
import styles from './edit-video-page.module.css';
import { PublishPanel } from './publish-panel';
import { UploadPanel } from './upload-panel';
import { useUpload } from './uploads';
import { useAnyVideo } from './use-any-video';
import { useDeleteVideo } from './use-delete-video';
import { useUpdateVideo } from './use-update-video';
import { VideoFields, initialVideo, videoBody, videoIssues } from './video-form';
import { EncodingBadge } from './video-state';

const BACK = { to: '/admin/videos', label: 'Videos' };

export function Component() {
  const { id = '' } = useParams();
  const video = useAnyVideo(id);
  usePageTitle(video.data?.title ?? 'Video');
  if (video.data) return <Edit key={video.data.id} video={video.data} />;
  if (hasCode(video.error, 'NOT_FOUND')) {
    return (
      <Empty isPage icon="film" title="No such video" text="It may have been deleted meanwhile.">
        <ButtonLink to="/admin/videos">All videos</ButtonLink>
      </Empty>
    );
  }
  if (video.error) return <ErrorNotice error={video.error} onRetry={() => void video.refetch()} />;
  return (
    <Loading label="Loading the video">
      <ColumnsSkeleton />
    </Loading>
  );
}

function Edit({ video }: { video: AdminVideo }) {
  const navigate = useNavigate();
  const remove = useDeleteVideo(video.id);
  const [asksDelete, setAsksDelete] = useState(false);
  useNewsOf(video);
  return (
    <>
      <PageHead
        title={video.title}
        back={BACK}
        lead={
          <Badges>
            <EncodingBadge video={video} />
            <PlanBadge plan={video.required_plan} />
            <span>{video.category}</span>
          </Badges>
        }
      >
        <Button look="danger" size="sm" icon={MORE_ICONS.trash} onClick={() => setAsksDelete(true)}>
          Delete
        </Button>
      </PageHead>
      <Columns
        aside={
          <>
            <Poster video={video} sizes="(min-width: 80rem) 28rem, 92vw" isFirst />
            <PublishPanel video={video} />
            <Panel title="Facts">
              <Facts
                of={[
                  ['Length', video.duration ? length(video.duration) : null],
                  ['Added', moment(video.created_at)],
                  ['Id', <Copied key="id" id={video.id} what="Id of the video" />],
                  ['Mux asset', video.mux_asset_id ? <Copied key="asset" id={video.mux_asset_id} what="Mux asset" /> : null],
                  ['Mux playback', video.mux_playback_id ? <Copied key="playback" id={video.mux_playback_id} what="Mux playback id" /> : null],
                ]}
              />
            </Panel>
          </>
        }
      >
        <Journey video={video} />
        <Panel title="What it is">
          <Details video={video} />
        </Panel>
      </Columns>
      <Confirm
        open={asksDelete}
        onClose={() => setAsksDelete(false)}
        title={`Delete “${video.title}”?`}
        description="The film is deleted at the encoder too, and leaves every list and every viewer’s shelf. This cannot be undone."
        deed="Delete for good"
        act={async () => {
          await remove.mutateAsync();
          notify(`“${video.title}” is deleted`);
          await navigate('/admin/videos', { replace: true });
        }}
      />
    </>
  );
}

/** Says so when the encoder is done while somebody looks on. */
function useNewsOf({ status, title }: AdminVideo) {
  const before = useRef(status);
  useEffect(() => {
    if (before.current === 'processing' && status === 'ready') notify(`“${title}” is encoded and ready`);
    if (before.current === 'processing' && status === 'error') notify(`“${title}” could not be encoded`, 'failed');
    before.current = status;
  }, [status, title]);
}

/** From the file to what can be played: where it is on that way. */
function Journey({ video }: { video: AdminVideo }) {
  const upload = useUpload(video.id);
  if (video.status === 'error') {
    return (
      <Remark kind="danger">
        <strong>It could not be encoded</strong>
        <p>{video.error_reason ?? 'The encoder gave no reason.'}</p>
        <p>Delete it and add it again with a file that plays.</p>
      </Remark>
    );
  }
  if (video.status === 'ready') return null;
  if (video.mux_asset_id || upload?.state === 'sent') {
    return (
      <Panel title="Encoding">
        <Bar label="Encoding" value={null} />
        <Note role="status">
          The file is there and is being encoded. This page follows; you need not wait here.
        </Note>
      </Panel>
    );
  }
  if (upload) return <UploadPanel upload={upload} />;
  return (
    <Remark kind="warning" icon={MORE_ICONS.upload}>
      <strong>Its file has not come yet</strong>
      <p>The upload was opened in another browser, and can be gone on with there only. If it never comes, delete this video and add it again.</p>
    </Remark>
  );
}

function Details({ video }: { video: AdminVideo }) {
  const update = useUpdateVideo(video.id);
  const form = useForm({
    initial: initialVideo(video),
    check: videoIssues,
    submit: async (values) => {
      await update.mutateAsync(videoBody(values));
      notify('Saved');
    },
  });
  return (
    <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
      {form.error !== null && <ErrorNotice size="line" error={form.error} />}
      <VideoFields form={form} />
      <div className={styles.actions}>
        <Button type="submit" look="strong" busy={form.isBusy}>
          Save
        </Button>
      </div>
    </form>
  );
}
