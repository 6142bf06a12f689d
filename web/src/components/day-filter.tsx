import { t } from '@lingui/core/macro';
import { startTransition, useState } from 'react';
import { dateOfField, dayOfField, exampleDay, fieldDay } from '@/lib/fields';
import { DateField } from './date-field';
import styles from './day-filter.module.css';

interface DayFilterProps {
  /** `2026-11-26`, in UTC. */
  day: string | undefined;
  onChange: (day: string | undefined) => void;
}

/** The field's text before it is applied. */
interface Draft {
  typed: string;
  /** The day of the list at that time. */
  of: string | undefined;
  issue: string | null;
}

/** Filters a list by day: applied on Enter, on leaving the field, or from the calendar. */
export function DayFilter({ day, onChange }: DayFilterProps) {
  const [kept, setKept] = useState<Draft | null>(null);
  // The text is obsolete when the day changed elsewhere: by a button beside the field, or by going back.
  const draft = kept?.of === day ? kept : null;
  const typed = draft?.typed ?? textOf(day);
  const today = new Date().toISOString().slice(0, 10);
  const example = exampleDay();
  const take = (typed: string) => {
    const wanted = dayOfField(typed) ?? undefined;
    if (wanted === undefined && typed.trim() !== '') setKept({ typed, of: day, issue: t`Enter a date such as ${example}` });
    else if (wanted !== undefined && wanted > today) setKept({ typed, of: day, issue: t`This date is in the future` });
    else {
      // At the same time as the day, which comes from the URL.
      startTransition(() => setKept(null));
      if (wanted !== day) onChange(wanted);
    }
  };
  return (
    <form
      className={styles.filter}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        take(typed);
      }}
    >
      <DateField
        label={t`Date (UTC)`}
        value={typed}
        issue={draft?.issue ?? null}
        to={dateOfField(today) ?? undefined}
        onChange={(text) => setKept({ typed: text, of: day, issue: null })}
        onChoose={take}
        onBlur={() => take(typed)}
      />
    </form>
  );
}

function textOf(day: string | undefined): string {
  const date = day === undefined ? null : dateOfField(day);
  return date ? fieldDay(date) : '';
}
