import { t } from '@lingui/core/macro';
import { Badge } from '@/components/badge';
import { Avatar } from '@/components/avatar';
import { KidsBadge } from '@/components/kids-badge';
import type { Profile } from '@/lib/models';
import styles from './profiles.module.css';

/** The profiles of an account, with their age limits, and whether each has a PIN. Operators see them but do not change them. */
export function Profiles({ profiles }: { profiles: Profile[] }) {
  return (
    <ul className={styles.profiles}>
      {profiles.map(({ id, name, avatar, age_limit, has_pin }) => (
        <li key={id} className={styles.profile}>
          <Avatar name={avatar} className={styles.avatar} />
          <span className={styles.name}>{name}</span>
          <span className={styles.badges}>
            {age_limit !== null && <KidsBadge age={age_limit} />}
            <Badge>{has_pin ? t`With PIN` : t`No PIN`}</Badge>
          </span>
        </li>
      ))}
    </ul>
  );
}
