import { t } from '@lingui/core/macro';
import { Popover } from '@base-ui/react/popover';
import { useRef, useState } from 'react';
import { DayPicker } from 'react-day-picker';
import type { ChevronProps, Formatters, Labels } from 'react-day-picker';
import { dateOfField, exampleDay, exampleTime, fieldDay, splitTime, utcToday } from '@/lib/fields';
import { locale } from '@/lib/format';
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

// The browser's own names of months and days, in the app's language.
const written = (date: Date, shape: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale(), shape).format(date);
const monthAndYear = (month: Date) => written(month, { month: 'long', year: 'numeric' });

const FORMATTERS: Partial<Formatters> = {
  formatCaption: monthAndYear,
  formatWeekdayName: (day) => written(day, { weekday: 'short' }),
};

const LABELS: Partial<Labels> = {
  labelGrid: monthAndYear,
  labelWeekday: (day) => written(day, { weekday: 'long' }),
  labelPrevious: () => t`Previous month`,
  labelNext: () => t`Next month`,
  labelDayButton: (date, { today, selected }) => {
    const day = written(date, { dateStyle: 'full' });
    if (selected) return t`${day}, selected`;
    return today ? t`${day}, today` : day;
  },
};

interface DateFieldProps extends Labelled {
  name?: string;
  /** The text of the field, valid or not: `dayOfField` and `timeOfField` parse it. */
  value: string;
  onChange: (value: string) => void;
  /** Called instead of `onChange` for a day from the calendar. */
  onChoose?: (value: string) => void;
  onBlur?: () => void;
  /** The default time for a day from the calendar, `20:00`. Without it the field takes only a day. */
  time?: string;
  /** The range of days in the calendar. */
  from?: Date;
  to?: Date;
}

/** A day, or a day and a time, typed or chosen from a calendar. */
export function DateField({
  label,
  hint,
  issue,
  aside,
  name,
  value,
  onChange,
  onChoose = onChange,
  onBlur,
  time,
  from,
  to,
}: DateFieldProps) {
  const { id, describedBy } = useDescription(hint, issue);
  const field = useRef<HTMLDivElement>(null);
  const calendar = useRef<HTMLDivElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [typedDay, typedTime] = splitTime(value);
  const chosen = dateOfField(typedDay) ?? undefined;
  const day = chosen ? fieldDay(chosen) : '';
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
          placeholder={time === undefined ? exampleDay() : exampleTime(time)}
          autoComplete="off"
          className={fields.input}
          aria-invalid={issue ? true : undefined}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onBlur}
        />
        <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
          <Popover.Trigger className={fields.reveal} aria-label={day ? t`Open calendar, ${day} selected` : t`Open calendar`}>
            <Icon name={MORE_ICONS.calendar} />
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Positioner className={styles.positioner} anchor={field} sideOffset={6} align="start">
              <Popover.Popup
                ref={calendar}
                className={styles.popup}
                aria-label={t`Calendar`}
                initialFocus={() => calendar.current?.querySelector<HTMLElement>('td [tabindex="0"]')}
              >
                <DayPicker
                  mode="single"
                  required
                  showOutsideDays
                  fixedWeeks
                  weekStartsOn={1}
                  formatters={FORMATTERS}
                  labels={LABELS}
                  selected={chosen}
                  onSelect={choose}
                  defaultMonth={chosen ?? to}
                  today={to ?? utcToday()}
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
