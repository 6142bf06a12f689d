import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useId } from 'react';
import type { Avatar as Name } from '@/lib/models';
import { Avatar } from '@/components/avatar';
import styles from './profiles.module.css';

const names = (): Record<Name, string> => ({
  sun: t`Sun`,
  moon: t`Moon`,
  star: t`Star`,
  wave: t`Wave`,
  leaf: t`Leaf`,
  mountain: t`Mountain`,
  cloud: t`Cloud`,
  flame: t`Flame`,
  shell: t`Shell`,
  comet: t`Comet`,
  kite: t`Kite`,
  bird: t`Bird`,
});

/** A choice of one of the pictures. */
export function AvatarPicker({ value, onChange }: { value: Name; onChange: (avatar: Name) => void }) {
  const group = useId();
  return (
    <fieldset className={styles.pictures}>
      <legend className={styles.legend}>
        <Trans>Picture</Trans>
      </legend>
      {Object.entries(names()).map(([name, label]) => (
        <label key={name} className={styles.option} title={label}>
          <input
            type="radio"
            name={group}
            value={name}
            checked={name === value}
            onChange={() => onChange(name as Name)}
            aria-label={label}
          />
          <Avatar name={name as Name} className={styles.avatar} />
        </label>
      ))}
    </fieldset>
  );
}
