import { t } from '@lingui/core/macro';
import { useId, useRef, useState } from 'react';
import type { DragEvent } from 'react';
import { Button } from '@/components/button';
import { classes } from '@/components/classes';
import { Icon } from '@/components/icon';
import { MORE_ICONS } from '@/components/more-icons';
import { bytes } from '@/lib/figures';
import styles from './drop-zone.module.css';
import { HEAD_BYTES, fileIssue } from './video-file';

interface DropZoneProps {
  /** Names the button in its form, which can then move focus there. */
  name?: string;
  /** The chosen file. */
  file: File | null;
  /** What is wrong with the file, or that none was chosen. */
  issue: string | null;
  /** Gets a file, or why the offered file is refused. */
  onFile: (file: File | null, issue: string | null) => void;
  /** Says which file to choose. */
  title?: string;
}

/** Takes a video file, by drag and drop or from the system's file dialog. */
export function DropZone({ name: field, file, issue, onFile, title = t`Drop a video file here` }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const id = useId();

  const take = async (offered: FileList | null) => {
    const [first] = offered ?? [];
    if (!first) return;
    const { name } = first;
    if (offered && offered.length > 1) {
      onFile(null, t`Choose one file at a time.`);
      return;
    }
    try {
      const head = new Uint8Array(await first.slice(0, HEAD_BYTES).arrayBuffer());
      const refused = fileIssue(first, head);
      onFile(refused ? null : first, refused);
    } catch {
      // A folder, or a file that was deleted.
      onFile(null, t`“${name}” could not be read.`);
    }
  };

  const drag = (over: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setIsOver(over);
  };

  return (
    <div className={styles.frame}>
      {/* Dropping is for the mouse; the keyboard has the button inside. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="group"
        aria-label={t`Video file`}
        className={classes(styles.zone, isOver && styles.over, issue !== null && styles.wrong, file !== null && styles.chosen)}
        onDragEnter={drag(true)}
        onDragOver={drag(true)}
        onDragLeave={drag(false)}
        onDrop={(event) => {
          drag(false)(event);
          void take(event.dataTransfer.files);
        }}
      >
        <span className={styles.mark}>
          <Icon name={file ? 'film' : MORE_ICONS.upload} size={26} />
        </span>
        <div className={styles.words}>
          <p className={styles.title}>{file ? file.name : title}</p>
          <p className={styles.text}>
            {file ? bytes(file.size) : t`MP4, MOV, MKV, WebM and most other formats. The file is uploaded directly to Mux.`}
          </p>
        </div>
        <Button name={field} size="sm" onClick={() => input.current?.click()} aria-describedby={issue ? id : undefined}>
          {file ? t`Choose another file` : t`Choose a file`}
        </Button>
        <input
          ref={input}
          type="file"
          accept="video/*,.mkv,.mov,.mxf,.ts,.avi"
          hidden
          aria-label={t`Video file`}
          onChange={(event) => {
            void take(event.target.files);
            // Otherwise choosing the same file again would fire no event.
            event.target.value = '';
          }}
        />
      </div>
      {issue && (
        <p id={id} role="alert" className={styles.issue}>
          <Icon name="alert" size={16} />
          <span>{issue}</span>
        </p>
      )}
    </div>
  );
}
