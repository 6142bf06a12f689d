import { t } from '@lingui/core/macro';
import { useId, useState } from 'react';
import type { InputHTMLAttributes, ReactNode, TextareaHTMLAttributes } from 'react';
import styles from './field.module.css';
import { Icon } from './icon';
import { MORE_ICONS } from './more-icons';

export interface Labelled {
  label: string;
  /** Help that is shown before anything is typed. */
  hint?: ReactNode;
  /** What is wrong with the value. */
  issue: string | null;
  /** Content beside the label. */
  aside?: ReactNode;
}

/** The id of an input, and the ids of the issue and the hint that describe it. */
export function useDescription(hint: ReactNode, issue: string | null) {
  const id = useId();
  const parts = [issue && `${id}-issue`, hint && `${id}-hint`].filter(Boolean);
  return { id, describedBy: parts.length > 0 ? parts.join(' ') : undefined };
}

/** The label, the issue and the hint around an input. */
export function Frame({ id, label, hint, issue, aside, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <div className={styles.head}>
        <label htmlFor={id} className={styles.label}>
          {label}
        </label>
        {aside}
      </div>
      {children}
      {issue && (
        <p id={`${id}-issue`} className={styles.issue}>
          <Icon name="alert" size={16} />
          <span>{sentenceOf(issue)}</span>
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** The parts of a labelled field: what the frame shows, and the attributes of the input in it. */
function useParts<Field extends Labelled>({ label, hint, issue, aside, ...input }: Field) {
  const { id, describedBy } = useDescription(hint, issue);
  return {
    frame: { id, label, hint, issue, aside },
    input: { ...input, id, className: styles.input, 'aria-invalid': issue ? true : undefined, 'aria-describedby': describedBy },
  };
}

export function TextField(field: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const { frame, input } = useParts(field);
  return (
    <Frame {...frame}>
      <input {...input} />
    </Frame>
  );
}

export function TextArea(field: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { frame, input } = useParts(field);
  return (
    <Frame {...frame}>
      <textarea {...input} />
    </Frame>
  );
}

export function PasswordField(field: Labelled & Omit<InputHTMLAttributes<HTMLInputElement>, 'type'>) {
  const { frame, input } = useParts(field);
  const [isShown, setIsShown] = useState(false);
  return (
    <Frame {...frame}>
      <div className={styles.with}>
        <input {...input} type={isShown ? 'text' : 'password'} autoCapitalize="off" spellCheck={false} />
        <button
          type="button"
          className={styles.reveal}
          aria-pressed={isShown}
          aria-label={t`Show password`}
          onClick={() => setIsShown(!isShown)}
        >
          <Icon name={MORE_ICONS.eye} />
        </button>
      </div>
    </Frame>
  );
}

/** The service's issues begin with a lower-case letter: `is too short`. */
export function sentenceOf(issue: string): string {
  const text = issue.charAt(0).toUpperCase() + issue.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
