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
  /** What was chosen. */
  file: File | null;
  /** What is wrong with that, or that there is nothing. */
  issue: string | null;
  /** A file, or why the one that was offered is refused. */
  onFile: (file: File | null, issue: string | null) => void;
  /** What is wanted. */
  title?: string;
}

/** Takes a film: dropped, or chosen by the system's dialog. */
export function DropZone({ file, issue, onFile, title = 'Drop the film here' }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const id = useId();

  const take = async (offered: FileList | null) => {
    const [first] = offered ?? [];
    if (!first) return;
    if (offered && offered.length > 1) {
      onFile(null, 'One film at a time, please.');
      return;
    }
    try {
      const head = new Uint8Array(await first.slice(0, HEAD_BYTES).arrayBuffer());
      const refused = fileIssue(first, head);
      onFile(refused ? null : first, refused);
    } catch {
      // A folder, or a file that is gone.
      onFile(null, `“${first.name}” cannot be read.`);
    }
  };

  const drag = (over: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setIsOver(over);
  };

  return (
    <div className={styles.frame}>
      {/* Dropping is for the pointer; the keyboard has the button inside. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="group"
        aria-label="File of the film"
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
          <p className={styles.text}>{file ? bytes(file.size) : 'MP4, MOV, MKV, WebM and most others. It is sent straight to the encoder.'}</p>
        </div>
        <Button size="sm" onClick={() => input.current?.click()} aria-describedby={issue ? id : undefined}>
          {file ? 'Choose another' : 'Choose a file'}
        </Button>
        <input
          ref={input}
          type="file"
          accept="video/*,.mkv,.mov,.mxf,.ts,.avi"
          hidden
          aria-label="File of the film"
          onChange={(event) => {
            void take(event.target.files);
            // The same file once more is a choice too.
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
