import { Autocomplete } from '@base-ui/react/autocomplete';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { useId } from 'react';
import { sentenceOf } from './field';
import field from './field.module.css';
import { Icon } from './icon';
import styles from './suggest-field.module.css';

interface SuggestFieldProps {
  label: string;
  name: string;
  value: string;
  suggestions: readonly string[];
  hint?: string;
  issue: string | null;
  maxLength?: number;
  onChange: (value: string) => void;
}

/** A text field that suggests existing values. */
export function SuggestField({ label, name, value, suggestions, hint, issue, maxLength, onChange }: SuggestFieldProps) {
  const id = useId();
  const describedBy = [issue && `${id}-issue`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    // The content security policy forbids the style element that hides scroll bars.
    <CSPProvider disableStyleElements>
      <Autocomplete.Root items={suggestions} value={value} onValueChange={onChange} openOnInputClick>
        <div className={field.field}>
          <label htmlFor={id} className={field.label}>
            {label}
          </label>
          <Autocomplete.Input
            id={id}
            name={name}
            maxLength={maxLength}
            className={field.input}
            aria-invalid={issue ? true : undefined}
            aria-describedby={describedBy || undefined}
          />
          {issue && (
            <p id={`${id}-issue`} className={field.issue}>
              <Icon name="alert" size={16} />
              <span>{sentenceOf(issue)}</span>
            </p>
          )}
          {hint && (
            <p id={`${id}-hint`} className={field.hint}>
              {hint}
            </p>
          )}
        </div>
        <Autocomplete.Portal>
          <Autocomplete.Positioner className={styles.positioner} sideOffset={6}>
            <Autocomplete.Popup className={styles.popup} aria-label={label}>
              <Autocomplete.List className={styles.list}>
                {(suggestion: string) => (
                  <Autocomplete.Item key={suggestion} value={suggestion} className={styles.item}>
                    {suggestion}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
    </CSPProvider>
  );
}
