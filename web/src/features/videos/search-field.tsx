import { t } from '@lingui/core/macro';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '@/components/icon';
import styles from './search-field.module.css';

const PAUSE_MILLISECONDS = 220;

interface SearchFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** Whether to take focus when it appears. */
  isFocused: boolean;
}

/** Searches a moment after the last keystroke. */
export function SearchField({ value, onChange, isFocused }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  // The URL was changed by something other than typing: back, a link, `Show all titles`.
  if (value !== known) {
    setKnown(value);
    if (value !== typed.trim()) setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  useEffect(() => {
    if (isFocused) input.current?.focus();
  }, [isFocused]);
  return (
    <form
      role="search"
      className={styles.search}
      onSubmit={(event) => {
        event.preventDefault();
        onChange(typed.trim());
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={typed}
        maxLength={200}
        placeholder={t`Search titles`}
        aria-label={t`Search`}
        onChange={(event) => setTyped(event.target.value)}
        className={styles.input}
      />
      {typed && (
        <button
          type="button"
          className={styles.clear}
          aria-label={t`Clear search`}
          onClick={() => {
            setTyped('');
            onChange('');
            input.current?.focus();
          }}
        >
          <Icon name="close" size={18} />
        </button>
      )}
    </form>
  );
}
