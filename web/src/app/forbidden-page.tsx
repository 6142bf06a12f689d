import { ButtonLink } from '@/components/button';
import { Icon } from '@/components/icon';
import { usePageTitle } from '@/lib/page-title';
import { useMe } from '@/lib/queries/use-me';
import styles from './lost-page.module.css';

/** What a viewer sees who comes to the operators' door. */
export function ForbiddenPage() {
  usePageTitle('Staff only');
  const me = useMe();
  return (
    <div className={styles.lost}>
      <span className={styles.sign}>
        <Icon name="lock" size={34} />
      </span>
      <h1>Staff only</h1>
      <p className={styles.text}>
        This door leads behind the screen, to those who run Marquee. {me.data ? `You are signed in as ${me.data.email}, who is not one of them.` : ''} If you should be, ask an
        operator to let you in.
      </p>
      <div className={styles.actions}>
        <ButtonLink to="/" look="primary">
          To the start
        </ButtonLink>
        <ButtonLink to="/browse">Browse everything</ButtonLink>
      </div>
    </div>
  );
}
