import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'react';
import { Frame, useDescription } from './field';
import type { Labelled } from './field';
import styles from './file-field.module.css';
import { Icon } from './icon';
import { MORE_ICONS } from './more-icons';

interface FileFieldProps extends Labelled {
  /** The types and endings of the file dialog. */
  accept: string;
  file: File | null;
  onFile: (file: File | null) => void;
}

/** A choice of a file. The browser's own input lies over it, so that the keyboard, dropping and screen readers work as usual. */
export function FileField({ accept, file, onFile, ...frame }: FileFieldProps) {
  const { id, describedBy } = useDescription(frame.hint, frame.issue);
  const input = useRef<HTMLInputElement>(null);
  // The input is emptied, not recreated, because a new one would not have focus.
  useEffect(() => {
    if (!file && input.current) input.current.value = '';
  }, [file]);
  return (
    <Frame {...frame} id={id}>
      <div className={styles.file}>
        <span className={styles.choose} aria-hidden="true">
          <Icon name={MORE_ICONS.upload} size={16} />
          {file ? t`Choose another file` : t`Choose a file`}
        </span>
        {file ? (
          <span id={`${id}-name`} className={styles.name}>
            {file.name}
          </span>
        ) : (
          // The input says so itself.
          <span className={styles.none} aria-hidden="true">
            {t`No file chosen`}
          </span>
        )}
        <input
          ref={input}
          id={id}
          type="file"
          accept={accept}
          aria-invalid={frame.issue ? true : undefined}
          aria-describedby={[file && `${id}-name`, describedBy].filter(Boolean).join(' ') || undefined}
          onChange={({ target }) => onFile(target.files?.[0] ?? null)}
        />
      </div>
    </Frame>
  );
}
