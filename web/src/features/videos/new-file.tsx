import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { Button } from '@/components/button';
import { MORE_ICONS } from '@/components/more-icons';
import { ErrorNotice } from '@/components/notice';
import { Actions } from '@/components/panel';
import type { AdminVideo, SpokenLanguage } from '@/lib/models';
import { useAct } from '@/lib/use-act';
import { DropZone } from './drop-zone';
import { QualityField } from './quality-field';
import { GeneratedCaptionsField } from './spoken-language';
import { useReplaceUpload } from './use-replace-upload';

/** Uploads another file for a video: first a button, then the drop zone. */
export function NewFile({ video, actionLabel }: { video: AdminVideo; actionLabel: string }) {
  const replace = useReplaceUpload(video.id);
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState<{ file: File | null; issue: string | null }>({ file: null, issue: null });
  const [quality, setQuality] = useState(video.video_quality);
  const [captions, setCaptions] = useState<SpokenLanguage | 'none'>('none');
  const send = useAct(async () => {
    if (!chosen.file) {
      setChosen({ file: null, issue: chosen.issue ?? t`Choose a video file first.` });
      return;
    }
    await replace.mutateAsync({ file: chosen.file, video_quality: quality, generated_captions: captions === 'none' ? null : captions });
    setIsOpen(false);
  });
  if (!isOpen) {
    return (
      <Actions>
        <Button size="sm" icon={MORE_ICONS.upload} onClick={() => setIsOpen(true)}>
          {actionLabel}
        </Button>
      </Actions>
    );
  }
  return (
    <>
      <DropZone file={chosen.file} issue={chosen.issue} onFile={(file, issue) => setChosen({ file, issue })} />
      <QualityField value={quality} onChange={setQuality} />
      <GeneratedCaptionsField value={captions} onChange={setCaptions} />
      {send.error !== null && <ErrorNotice size="line" error={send.error} onRetry={() => void send.run()} />}
      <Actions>
        <Button look="primary" size="sm" icon={MORE_ICONS.upload} busy={send.isBusy} onClick={() => void send.run()}>
          {t({ message: 'Upload', context: 'verb' })}
        </Button>
        <Button look="plain" size="sm" onClick={() => setIsOpen(false)}>
          {t`Cancel`}
        </Button>
      </Actions>
    </>
  );
}
