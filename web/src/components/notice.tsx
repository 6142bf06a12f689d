import type { ReactNode } from 'react';
import { useLocation } from '@/lib/router/place';
import { explain } from '@/lib/errors/explain';
import type { Action } from '@/lib/errors/explanation';
import { authPathFrom, isAuthPage } from '@/lib/return-to';
import { Button, ButtonLink, buttonClass } from './button';
import { classes } from './classes';
import { Icon } from './icon';
import type { IconName } from './icon';
import styles from './notice.module.css';

interface ErrorNoticeProps {
  error: unknown;
  /** Retries the failed action. Without it there is no retry button. */
  onRetry?: () => void;
  /** Opens an external page while this one waits for the result. Without it the action is a plain link. */
  onVisit?: (href: string) => void;
  /** `page` fills the page, `panel` replaces the part that failed, `line` is for a form. */
  size?: 'page' | 'panel' | 'line';
}

/** What went wrong, with the one action that helps. */
export function ErrorNotice({ error, onRetry, onVisit, size = 'panel' }: ErrorNoticeProps) {
  const { title, text, action } = explain(error);
  const doing = action && <Act action={action} onRetry={onRetry} onVisit={onVisit} size={size === 'page' ? 'md' : 'sm'} />;
  if (size === 'line') {
    return (
      <div role="alert" className={styles.line}>
        <Icon name="alert" />
        <div>
          <strong>{title}</strong>
          {text && <p>{text}</p>}
          {doing}
        </div>
      </div>
    );
  }
  return (
    <div role="alert" className={classes(styles.state, size === 'page' && styles.page)}>
      <span className={styles.mark}>
        <Icon name="alert" size={26} />
      </span>
      {size === 'page' ? <h1 className={styles.title}>{title}</h1> : <p className={styles.title}>{title}</p>}
      {text && <p className={styles.text}>{text}</p>}
      {doing}
    </div>
  );
}

interface ActProps extends Pick<ErrorNoticeProps, 'onRetry' | 'onVisit'> {
  action: Action;
  size: 'sm' | 'md';
}

function Act({ action, onRetry, onVisit, size }: ActProps) {
  const here = useLocation();
  switch (action.kind) {
    case 'link':
      return (
        <ButtonLink to={isAuthPage(action.to) ? authPathFrom(here, action.to) : action.to} look="quiet" size={size}>
          {action.label}
        </ButtonLink>
      );
    case 'visit':
      return onVisit ? (
        <Button look="primary" size={size} onClick={() => onVisit(action.href)}>
          {action.label}
        </Button>
      ) : (
        <a href={action.href} target="_blank" rel="noreferrer" className={buttonClass({ look: 'primary', size })}>
          {action.label}
        </a>
      );
    case 'retry':
      return onRetry ? (
        <Button look="quiet" size={size} icon="restart" onClick={onRetry}>
          {action.label}
        </Button>
      ) : null;
  }
}

interface EmptyProps {
  icon: IconName;
  title: string;
  text: ReactNode;
  /** Whether it is the only content of the page, so that its title is the page's. */
  isPage?: boolean;
  children?: ReactNode;
}

/** An empty state: why there is nothing, and what to do instead. */
export function Empty({ icon, title, text, isPage = false, children }: EmptyProps) {
  return (
    <div className={styles.state}>
      <span className={styles.mark}>
        <Icon name={icon} size={26} />
      </span>
      {isPage ? <h1 className={styles.title}>{title}</h1> : <p className={styles.title}>{title}</p>}
      <p className={styles.text}>{text}</p>
      {children}
    </div>
  );
}

/** A permanent note about a state. */
export function Callout({
  kind,
  icon,
  children,
}: {
  kind: 'info' | 'positive' | 'warning' | 'danger';
  icon?: IconName;
  children: ReactNode;
}) {
  return (
    <div className={classes(styles.callout, styles[kind])}>
      <Icon name={icon ?? (kind === 'positive' ? 'check' : kind === 'info' ? 'info' : 'alert')} />
      <div>{children}</div>
    </div>
  );
}
