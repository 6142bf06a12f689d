import { Select as Base } from '@base-ui/react/select';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Icon } from './icon';
import { MORE_ICONS } from './more-icons';
import styles from './select.module.css';

interface SelectProps<Value extends string> {
  label: string;
  /** The accessible name. */
  isLabelHidden?: boolean;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

/** A choice of several options. */
export function Select<Value extends string>({ label, isLabelHidden = false, value, options, onChange }: SelectProps<Value>) {
  return (
    // The content security policy forbids the style element that hides scroll bars; the style sheet below does it.
    <CSPProvider disableStyleElements>
      <Base.Root items={options} value={value} onValueChange={(next) => next !== null && onChange(next)}>
        <div className={styles.select}>
          <Base.Label className={isLabelHidden ? 'visually-hidden' : styles.label}>{label}</Base.Label>
          <Base.Trigger className={styles.trigger}>
            <Base.Value />
            <Base.Icon className={styles.icon}>
              <Icon name={MORE_ICONS.down} size={16} />
            </Base.Icon>
          </Base.Trigger>
        </div>
        <Base.Portal>
          <Base.Positioner className={styles.positioner} sideOffset={6} alignItemWithTrigger={false}>
            <Base.Popup className={styles.popup}>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={styles.item}>
                  <Base.ItemText>{option.label}</Base.ItemText>
                  <Base.ItemIndicator className={styles.mark}>
                    <Icon name="check" size={16} />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  );
}
