import { notify } from '@/lib/notify';
import styles from './copied.module.css';
import { Icon } from './icon';
import { MORE_ICONS } from './more-icons';

/** An id to take along: its end, which tells it from others, and the whole by a press. */
export function Copied({ id, what, isWhole = false }: { id: string; what: string; isWhole?: boolean }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(id);
      notify(`${what} copied`);
    } catch {
      notify('The browser does not let us copy; select it instead.', 'failed');
    }
  };
  return (
    <button type="button" className={styles.copied} title={id} onClick={() => void copy()}>
      <span className="visually-hidden">{`Copy ${what}: `}</span>
      <span>{isWhole || id.length <= 16 ? id : `${id.slice(0, 4)}…${id.slice(-8)}`}</span>
      <Icon name={MORE_ICONS.copy} size={14} />
    </button>
  );
}
