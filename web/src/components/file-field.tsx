import { t } from '@lingui/core/macro';
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
  return (
    <Frame {...frame} id={id}>
      <div className={styles.file}>
        <span className={styles.choose} aria-hidden="true">
          <Icon name={MORE_ICONS.upload} size={16} />
          {file ? t`Choose another file` : t`Choose a file`}
        </span>
        <span className={file ? styles.name : styles.none} aria-hidden="true">
          {file ? file.name : t`No file chosen`}
        </span>
        {/* Without a file it is recreated: only that empties it. */}
        <input
          key={file ? 'chosen' : 'empty'}
          id={id}
          type="file"
          accept={accept}
          aria-invalid={frame.issue ? true : undefined}
          aria-describedby={describedBy}
          onChange={({ target }) => onFile(target.files?.[0] ?? null)}
        />
      </div>
    </Frame>
  );
}
