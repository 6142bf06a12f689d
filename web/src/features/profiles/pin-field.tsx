import { TextField } from '@/components/field';
import type { Labelled } from '@/components/field';
import { PIN_LENGTH, pinOf } from './pin';
import styles from './profiles.module.css';

interface PinFieldProps extends Labelled {
  name: string;
  value: string;
  onPin: (pin: string) => void;
}

/** A field for the four digits of a PIN. It is not a password: the browser must not offer to save it. */
export function PinField({ onPin, ...field }: PinFieldProps) {
  return (
    <div className={styles.pin}>
      <TextField
        {...field}
        type="password"
        inputMode="numeric"
        autoComplete="off"
        maxLength={PIN_LENGTH}
        onChange={({ target }) => onPin(pinOf(target.value))}
      />
    </div>
  );
}
