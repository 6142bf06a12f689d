import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useNavigate, useSearchParams } from '@/lib/router/place';
import { Button, ButtonLink } from '@/components/button';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import type { VideoQuality } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useForm } from '@/lib/use-form';
import { DropZone } from './drop-zone';
import styles from './new-video-page.module.css';
import { QualityField } from './quality-field';
import { startUpload } from './uploads';
import { useCreateVideo } from './use-create-video';
import { useSeriesByName } from './use-every-series';
import { VideoFields, initialVideo, videoBody, videoIssues } from './video-form';
import { titleOfFile } from './video-file';

export function Component() {
  const trailer_of = useSearchParams()[0].get('trailer_of');
  const heading = trailer_of ? t`Add a trailer` : t`Add a video`;
  usePageTitle(heading);
  const navigate = useNavigate();
  const create = useCreateVideo();
  const seriesByName = useSeriesByName();
  const [chosen, setChosen] = useState<{ file: File | null; issue: string | null }>({ file: null, issue: null });
  const [quality, setQuality] = useState<VideoQuality>('basic');
  const form = useForm({
    initial: trailer_of ? { ...initialVideo(), title: t`Trailer`, category: t`Trailer`, required_plan: 'free' } : initialVideo(),
    check: videoIssues,
    submit: async (values) => {
      const { file } = chosen;
      if (!file) {
        setChosen({ file: null, issue: chosen.issue ?? t`Choose a video file first.` });
        return;
      }
      const body = videoBody(values, await seriesByName(values.series, values.category));
      const { video, upload } = await create.mutateAsync({ ...body, trailer_of, video_quality: quality });
      startUpload(video, upload, file);
      await navigate(`/admin/videos/${video.id}`, { replace: true });
    },
  });
  const take = (file: File | null, issue: string | null) => {
    setChosen({ file, issue });
    if (file && form.values.title.trim() === '') form.set('title', titleOfFile(file.name));
  };
  return (
    <>
      <PageHead title={heading} back={{ to: '/admin/videos', label: t`Videos` }} />
      <form
        noValidate
        className={styles.form}
        onSubmit={(event) => {
          if (!chosen.file) setChosen(({ issue }) => ({ file: null, issue: issue ?? t`Choose a video file first.` }));
          void form.onSubmit(event);
        }}
      >
        <DropZone file={chosen.file} issue={chosen.issue} onFile={take} />
        <div className={styles.fields}>
          {form.error !== null && <ErrorNotice size="line" error={form.error} />}
          <VideoFields form={form} isTrailer={trailer_of !== null} />
          <QualityField value={quality} onChange={setQuality} />
          <div className={styles.actions}>
            <ButtonLink to="/admin/videos" look="plain">
              {t`Cancel`}
            </ButtonLink>
            <Button type="submit" look="primary" icon={MORE_ICONS.upload} busy={form.isBusy}>
              {t({ message: 'Upload', context: 'verb' })}
            </Button>
          </div>
          <p className={styles.note}>{t`The video stays hidden until you publish it.`}</p>
        </div>
      </form>
    </>
  );
}
