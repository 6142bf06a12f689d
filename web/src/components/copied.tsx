import { t } from '@lingui/core/macro';
import { notify } from '@/lib/notify';
import styles from './copied.module.css';
import { Icon } from './icon';
import { MORE_ICONS } from './more-icons';

/** An ID, shortened to its ends, that a click copies in full. */
export function Copied({ id, what, isWhole = false }: { id: string; what: string; isWhole?: boolean }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(id);
      notify(t`${what} copied`);
    } catch {
      notify(t`Your browser blocked copying. Select the text and copy it.`, 'failed');
    }
  };
  return (
    <button type="button" className={styles.copied} title={id} onClick={() => void copy()}>
      <span className="visually-hidden">{t`Copy ${what}:`} </span>
      <span>{isWhole || id.length <= 16 ? id : `${id.slice(0, 4)}…${id.slice(-8)}`}</span>
      <Icon name={MORE_ICONS.copy} size={14} />
    </button>
  );
}
