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
import { useImportVideo } from './use-import-video';
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
  const [url, setUrl] = useState({ value: '', issue: null as string | null });
  const importVideo = useImportVideo();
  const form = useForm({
    initial: trailer_of ? { ...initialVideo(), title: t`Trailer`, category: t`Trailer`, required_plan: 'free' } : initialVideo(),
    check: videoIssues,
    submit: async (values) => {
      const { file } = chosen;
      if (isIncomplete()) return;
      const series = await seriesByName(values.series, values.category);
      const generated_captions = captions === 'none' ? null : captions;
      const body = { ...videoBody(values, series), trailer_of, video_quality: quality, generated_captions };
      if (origin === 'url') {
        const { id } = await importVideo.mutateAsync({ ...body, url: url.value.trim() });
        await navigate(`/admin/videos/${id}`, { replace: true });
      } else if (file) {
        const { video, upload } = await create.mutateAsync(body);
        startUpload(video, upload, file);
        await navigate(`/admin/videos/${video.id}`, { replace: true });
      }
    },
  });
  /** Whether the file or its URL is missing, which the form then says. */
  const isIncomplete = (): boolean => {
    if (origin === 'url') {
      const issue = url.value.trim() === '' ? t`Enter the URL of the file` : null;
      setUrl({ ...url, issue });
      return issue !== null;
    }
    if (!chosen.file) setChosen({ file: null, issue: chosen.issue ?? t`Choose a video file first.` });
    return !chosen.file;
  };
  const refusedUrl = fieldIssues(importVideo.error).url;
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
          isIncomplete();
          void form.onSubmit(event);
        }}
      >
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
            <DropZone file={chosen.file} issue={chosen.issue} onFile={take} />
          ) : (
            <TextField
              label={t`URL of the file`}
              hint={t`An https address that anybody can load. Mux fetches the file.`}
              type="url"
              value={url.value}
              issue={url.issue ?? refusedUrl ?? null}
              onChange={({ target }) => setUrl({ value: target.value, issue: null })}
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
