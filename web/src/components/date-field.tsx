import { Popover } from '@base-ui/react/popover';
import { useRef, useState } from 'react';
import { DayPicker } from 'react-day-picker';
import type { ChevronProps } from 'react-day-picker';
import { enGB } from 'react-day-picker/locale/en-GB';
import { dateOfField, fieldDay, splitTime } from '@/lib/fields';
import styles from './date-field.module.css';
import { Frame, useDescription } from './field';
import type { Labelled } from './field';
import fields from './field.module.css';
import { Icon } from './icon';
import { MORE_ICONS } from './more-icons';

const CLASS_NAMES = {
  months: styles.months,
  month_caption: styles.caption,
  nav: styles.nav,
  button_previous: styles.turn,
  button_next: styles.turn,
  month_grid: styles.grid,
  weekday: styles.weekday,
  day: styles.cell,
  day_button: styles.day,
  outside: styles.outside,
  today: styles.today,
  selected: styles.chosen,
  disabled: styles.closed,
};

interface DateFieldProps extends Labelled {
  name?: string;
  /** What stands in it, be it a day or not: `dayOfField` and `timeOfField` tell. */
  value: string;
  onChange: (value: string) => void;
  /** A day that is chosen by the calendar is taken. */
  onChoose?: (value: string) => void;
  onBlur?: () => void;
  /** The hour of a day that is chosen by the calendar, `20:00`. Without it the field takes days alone. */
  time?: string;
  /** The days that the calendar offers. */
  from?: Date;
  to?: Date;
}

/** A day, or a day and a time, to be typed or to be chosen by a calendar. */
export function DateField({ label, hint, issue, aside, name, value, onChange, onChoose = onChange, onBlur, time, from, to }: DateFieldProps) {
  const { id, describedBy } = useDescription(hint, issue);
  const field = useRef<HTMLDivElement>(null);
  const calendar = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [typedDay, typedTime] = splitTime(value);
  const chosen = dateOfField(typedDay) ?? undefined;
  const choose = (date: Date) => {
    const day = fieldDay(date);
    onChoose(time === undefined ? day : `${day}, ${typedTime ?? time}`);
    setIsOpen(false);
  };
  return (
    <Frame id={id} label={label} hint={hint} issue={issue} aside={aside}>
      <div ref={field} className={fields.with}>
        <input
          id={id}
          name={name}
          value={value}
          placeholder={time === undefined ? '26 Nov 2026' : `26 Nov 2026, ${time}`}
          autoComplete="off"
          className={fields.input}
          aria-invalid={issue ? true : undefined}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onBlur}
        />
        <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
          <Popover.Trigger className={fields.reveal} aria-label={chosen ? `Open the calendar, ${fieldDay(chosen)} is chosen` : 'Open the calendar'}>
            <Icon name={MORE_ICONS.calendar} />
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Positioner className={styles.positioner} anchor={field} sideOffset={6} align="start">
              <Popover.Popup ref={calendar} className={styles.popup} aria-label="Calendar" initialFocus={() => calendar.current?.querySelector<HTMLElement>('td [tabindex="0"]')}>
                <DayPicker
                  mode="single"
                  required
                  showOutsideDays
                  fixedWeeks
                  locale={enGB}
                  selected={chosen}
                  onSelect={choose}
                  defaultMonth={chosen ?? to}
                  today={to}
                  startMonth={from}
                  endMonth={to}
                  disabled={[...(from ? [{ before: from }] : []), ...(to ? [{ after: to }] : [])]}
                  classNames={CLASS_NAMES}
                  components={{ Chevron: Arrow }}
                />
              </Popover.Popup>
            </Popover.Positioner>
          </Popover.Portal>
        </Popover.Root>
      </div>
    </Frame>
  );
}

function Arrow({ orientation }: ChevronProps) {
  return <Icon name={orientation === 'left' ? 'back' : 'next'} size={18} />;
}
