import { ButtonLink } from '@/components/button';
import { usePageTitle } from '@/lib/page-title';
import styles from './lost-page.module.css';

export function LostPage() {
  usePageTitle('Not on our programme');
  return (
    <div className={styles.lost}>
      <p className={styles.number} aria-hidden="true">
        404
      </p>
      <h1>Not on our programme</h1>
      <p className={styles.text}>There is nothing at this address. It may have been taken down, or it has a slip in it.</p>
      <div className={styles.actions}>
        <ButtonLink to="/browse" look="primary">
          Browse everything
        </ButtonLink>
        <ButtonLink to="/">To the start</ButtonLink>
      </div>
    </div>
  );
}
