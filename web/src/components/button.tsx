import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from '@/lib/router/link';
import type { LinkProps } from '@/lib/router/link';
import styles from './button.module.css';
import { classes } from './classes';
import { Icon } from './icon';
import type { IconName } from './icon';

export interface ButtonLook {
  /** `primary` is the main action of a page, `strong` the most prominent of the others. */
  look?: 'primary' | 'strong' | 'quiet' | 'plain' | 'danger';
  size?: 'sm' | 'md' | 'lg';
  icon?: IconName;
  wide?: boolean;
  children: ReactNode;
}

interface ButtonProps extends ButtonLook, Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  /** The action is in progress: the button keeps focus and ignores clicks. */
  busy?: boolean;
}

export function buttonClass({ look = 'quiet', size = 'md', wide = false }: Omit<ButtonLook, 'children'>) {
  return classes(styles.button, styles[look], styles[size], wide && styles.wide);
}

function Content({ icon, size, children }: ButtonLook) {
  return (
    <>
      {icon && <Icon name={icon} size={size === 'sm' ? 16 : 20} />}
      <span>{children}</span>
    </>
  );
}

export function Button({ look, size, icon, wide, busy = false, children, className, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes(buttonClass({ look, size, wide }), busy && styles.busy, className)}
      aria-disabled={busy ? true : undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      <Content icon={icon} size={size}>
        {children}
      </Content>
    </button>
  );
}

export function ButtonLink({ look, size, icon, wide, children, className, ...rest }: ButtonLook & Omit<LinkProps, 'children'>) {
  return (
    <Link {...rest} className={classes(buttonClass({ look, size, wide }), className)}>
      <Content icon={icon} size={size}>
        {children}
      </Content>
    </Link>
  );
}

/** A button with only an icon. The label is for screen readers. */
export function IconButton({
  icon,
  label,
  className,
  ...rest
}: { icon: IconName; label: string } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" {...rest} className={classes(styles.icon, className)} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
