import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from '@/lib/router/link';
import { useSearchParams } from '@/lib/router/place';
import { Button, ButtonLink } from '@/components/button';
import { ErrorNotice, Callout } from '@/components/notice';
import { api, data } from '@/lib/api';
import { hasCode } from '@/lib/errors/api-error';
import { usePageTitle } from '@/lib/page-title';
import { invalidate } from '@/lib/queries/keys';
import { useIsSignedIn } from '@/lib/session';
import { useAct } from '@/lib/use-act';
import { AuthFrame } from '@/components/auth-frame';
import styles from '@/components/auth-frame.module.css';

/**
 * Where the link of an email leads. The address is confirmed with a button, because some mail servers open every link that they
 * deliver, and a link works only once.
 */
export function Component() {
  usePageTitle(t`Confirm email address`);
  const client = useQueryClient();
  const [params] = useSearchParams();
  const [token] = useState(() => params.get('token') ?? '');
  const [email, setEmail] = useState<string | null>(null);
  const isSignedIn = useIsSignedIn();
  const confirm = useAct(async () => {
    const confirmed = await data(api.POST('/api/auth/verify-email', { body: { token } }));
    setEmail(confirmed.email);
    invalidate(client, ['me']);
  });
  const onward = isSignedIn ? (
    <Link to="/account/profile">
      <Trans>Go to your account details</Trans>
    </Link>
  ) : (
    <Link to="/sign-in">
      <Trans>Back to sign-in</Trans>
    </Link>
  );
  if (email !== null) {
    return (
      <AuthFrame title={t`Email address confirmed`} lead={t`Your account uses ${email} from now on.`}>
        <ButtonLink to={isSignedIn ? '/' : '/sign-in'} look="primary" size="lg" wide>
          {isSignedIn ? t`Continue` : t`Sign in`}
        </ButtonLink>
      </AuthFrame>
    );
  }
  if (!token || hasCode(confirm.error, 'CODE_EXPIRED')) {
    return (
      <AuthFrame title={t`Confirm email address`} below={onward}>
        <div role="alert">
          <Callout kind="warning">
            <Trans>This link has expired or was already used. You can request a new one in your account details.</Trans>
          </Callout>
        </div>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={t`Confirm email address`} lead={t`One more step: confirm that this email address is yours.`} below={onward}>
      <div className={styles.form}>
        {hasCode(confirm.error, 'EMAIL_TAKEN') ? (
          <div role="alert">
            <Callout kind="danger">
              <Trans>Another account now uses this email address. Enter a different address in your account details.</Trans>
            </Callout>
          </div>
        ) : (
          confirm.error !== null && <ErrorNotice size="line" error={confirm.error} />
        )}
        <Button look="primary" size="lg" wide busy={confirm.isBusy} onClick={() => void confirm.run()}>
          <Trans>Confirm email address</Trans>
        </Button>
      </div>
    </AuthFrame>
  );
}
