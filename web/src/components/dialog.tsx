import { t } from '@lingui/core/macro';
import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';
import { Icon } from './icon';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** A sentence that explains the dialog. */
  description?: ReactNode;
  children?: ReactNode;
  /** The buttons, with the main one last. */
  actions?: ReactNode;
  /** The element that gets focus first; by default, the button that closes the dialog. */
  initialFocus?: () => HTMLElement | null;
}

/** A modal dialog: traps focus, closes with Escape, and returns focus. */
export function Dialog({ open, onClose, title, description, children, actions, initialFocus }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} initialFocus={initialFocus}>
          <div className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close className={styles.close} aria-label={t`Close`}>
              <Icon name="close" />
            </Base.Close>
          </div>
          {description && <Base.Description className={styles.description}>{description}</Base.Description>}
          {children}
          {actions && <div className={styles.actions}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
