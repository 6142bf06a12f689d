import { startTransition, useState } from 'react';
import { dateOfField, dayOfField, fieldDay } from '@/lib/fields';
import { DateField } from './date-field';
import styles from './day-filter.module.css';

interface DayFilterProps {
  /** `2026-11-26`, in UTC. */
  day: string | undefined;
  onChange: (day: string | undefined) => void;
}

/** What stands in the field and was not taken yet. */
interface Draft {
  typed: string;
  /** The day that the list had. */
  of: string | undefined;
  issue: string | null;
}

/** The day that a list is narrowed to: taken by Enter, by leaving the field, or from the calendar. */
export function DayFilter({ day, onChange }: DayFilterProps) {
  const [kept, setKept] = useState<Draft | null>(null);
  // What was typed is of no use any more when the day changed elsewhere: by a button beside it, or by going back.
  const draft = kept?.of === day ? kept : null;
  const typed = draft?.typed ?? textOf(day);
  const today = new Date().toISOString().slice(0, 10);
  const take = (typed: string) => {
    const wanted = dayOfField(typed) ?? undefined;
    if (wanted === undefined && typed.trim() !== '') setKept({ typed, of: day, issue: 'Write it like 26 Nov 2026' });
    else if (wanted !== undefined && wanted > today) setKept({ typed, of: day, issue: 'That day is yet to come' });
    else {
      // Together with the day, which comes by the address.
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
      <DateField label="Day, in UTC" value={typed} issue={draft?.issue ?? null} to={dateOfField(today) ?? undefined} onChange={(text) => setKept({ typed: text, of: day, issue: null })} onChoose={take} onBlur={() => take(typed)} />
    </form>
  );
}

function textOf(day: string | undefined): string {
  const date = day === undefined ? null : dateOfField(day);
  return date ? fieldDay(date) : '';
}
