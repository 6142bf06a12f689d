import { t } from '@lingui/core/macro';
import { Toast } from '@base-ui/react/toast';
import { useEffect } from 'react';
import { listenForNotices } from '@/lib/notify';
import { classes } from './classes';
import { Icon } from './icon';
import styles from './toaster.module.css';

const SHOWN_MILLISECONDS = 6000;

export default function Toaster() {
  return (
    <Toast.Provider timeout={SHOWN_MILLISECONDS} limit={3}>
      {/* Not in a portal: the player shows only what is inside its stage in full screen. */}
      <Toast.Viewport className={styles.viewport}>
        <Notices />
      </Toast.Viewport>
    </Toast.Provider>
  );
}

function Notices() {
  const { toasts, add } = Toast.useToastManager();
  useEffect(
    () =>
      listenForNotices(({ text, kind }) => {
        add({ title: text, type: kind, priority: kind === 'failed' ? 'high' : 'low' });
      }),
    [add],
  );
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      swipeDirection={['right', 'down']}
      className={classes(styles.toast, toast.type === 'failed' && styles.failed)}
    >
      <Icon name={toast.type === 'failed' ? 'alert' : 'check'} />
      <Toast.Title className={styles.title} render={<p />} />
      <Toast.Close className={styles.close} aria-label={t`Dismiss`}>
        <Icon name="close" size={18} />
      </Toast.Close>
    </Toast.Root>
  ));
}
