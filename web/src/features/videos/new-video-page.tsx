import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { useNavigate, useSearchParams } from '@/lib/router/place';
import { Button, ButtonLink } from '@/components/button';
import { MORE_ICONS } from '@/components/more-icons';
import { TextField } from '@/components/field';
import { ErrorNotice } from '@/components/notice';
import { PageHead } from '@/components/page-head';
import { Segments } from '@/components/segments';
import { fieldIssues } from '@/lib/errors/api-error';
import type { SpokenLanguage, VideoQuality } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useForm } from '@/lib/use-form';
import { DropZone } from './drop-zone';
import styles from './new-video-page.module.css';
import { QualityField } from './quality-field';
import { GeneratedCaptionsField } from './spoken-language';
import { startUpload } from './uploads';
import { useCreateVideo } from './use-create-video';
import { urlIssues, useImportVideo } from './use-import-video';
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
  const [captions, setCaptions] = useState<SpokenLanguage | 'none'>('none');
  const [origin, setOrigin] = useState<'device' | 'url'>('device');
  const importVideo = useImportVideo();
  const form = useForm({
    // In the order of the page: the first field with an issue gets focus.
    initial: {
      file: '',
      url: '',
      ...initialVideo(),
      ...(trailer_of && { title: t`Trailer`, category: t`Trailer`, required_plan: 'free' }),
    },
    check: (values) => ({
      file: origin === 'device' && !chosen.file ? (chosen.issue ?? t`Choose a video file first.`) : undefined,
      url: origin === 'url' && values.url.trim() === '' ? t`Enter the URL of the file` : undefined,
      ...videoIssues(values),
    }),
    issuesOf: (error) => {
      const issue = urlIssues(error);
      return issue && { ...fieldIssues(error), ...issue };
    },
    submit: async (values) => {
      const { file } = chosen;
      const series = await seriesByName(values.series, values.category);
      const generated_captions = captions === 'none' ? null : captions;
      const body = { ...videoBody(values, series), trailer_of, video_quality: quality, generated_captions };
      if (origin === 'url') {
        const { id } = await importVideo.mutateAsync({ ...body, url: values.url.trim() });
        await navigate(`/admin/videos/${id}`, { replace: true });
      } else if (file) {
        const { video, upload } = await create.mutateAsync(body);
        startUpload(video, upload, file);
        await navigate(`/admin/videos/${video.id}`, { replace: true });
      }
    },
  });
  const take = (file: File | null, issue: string | null) => {
    setChosen({ file, issue });
    form.set('file', '');
    if (file && form.values.title.trim() === '') form.set('title', titleOfFile(file.name));
  };
  return (
    <>
      <PageHead title={heading} back={{ to: '/admin/videos', label: t`Videos` }} />
      <form noValidate className={styles.form} onSubmit={(event) => void form.onSubmit(event)}>
        <div className={styles.fields}>
          <Segments
            label={t`Where the file is`}
            value={origin}
            options={[
              { value: 'device', label: t`On this device` },
              { value: 'url', label: t`Import from a URL` },
            ]}
            onChange={setOrigin}
          />
          {origin === 'device' ? (
            <DropZone name="file" file={chosen.file} issue={chosen.issue ?? form.field('file').issue} onFile={take} />
          ) : (
            <TextField
              {...form.field('url')}
              label={t`URL of the file`}
              hint={t`An https address that anybody can load. Mux fetches the file.`}
              type="url"
            />
          )}
        </div>
        <div className={styles.fields}>
          {form.error !== null && <ErrorNotice size="line" error={form.error} />}
          <VideoFields form={form} isTrailer={trailer_of !== null} />
          <QualityField value={quality} onChange={setQuality} />
          <GeneratedCaptionsField value={captions} onChange={setCaptions} />
          <div className={styles.actions}>
            <ButtonLink to="/admin/videos" look="plain">
              {t`Cancel`}
            </ButtonLink>
            <Button type="submit" look="primary" icon={MORE_ICONS.upload} busy={form.isBusy}>
              {origin === 'url' ? t({ message: 'Import', context: 'verb' }) : t({ message: 'Upload', context: 'verb' })}
            </Button>
          </div>
          <p className={styles.note}>{t`The video stays hidden until you publish it.`}</p>
        </div>
      </form>
    </>
  );
}
