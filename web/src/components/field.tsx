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

export function TextField({ label, hint, issue, aside, ...input }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const { id, describedBy } = useDescription(hint, issue);
  return (
    <Frame id={id} label={label} hint={hint} issue={issue} aside={aside}>
      <input {...input} id={id} className={styles.input} aria-invalid={issue ? true : undefined} aria-describedby={describedBy} />
    </Frame>
  );
}

export function TextArea({ label, hint, issue, aside, ...input }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { id, describedBy } = useDescription(hint, issue);
  return (
    <Frame id={id} label={label} hint={hint} issue={issue} aside={aside}>
      <textarea {...input} id={id} className={styles.input} aria-invalid={issue ? true : undefined} aria-describedby={describedBy} />
    </Frame>
  );
}

export function PasswordField({ label, hint, issue, aside, ...input }: Labelled & Omit<InputHTMLAttributes<HTMLInputElement>, 'type'>) {
  const { id, describedBy } = useDescription(hint, issue);
  const [isShown, setIsShown] = useState(false);
  return (
    <Frame id={id} label={label} hint={hint} issue={issue} aside={aside}>
      <div className={styles.with}>
        <input
          {...input}
          id={id}
          type={isShown ? 'text' : 'password'}
          className={styles.input}
          aria-invalid={issue ? true : undefined}
          aria-describedby={describedBy}
          autoCapitalize="off"
          spellCheck={false}
        />
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
function sentenceOf(issue: string): string {
  const text = issue.charAt(0).toUpperCase() + issue.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
