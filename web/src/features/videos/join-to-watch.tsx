import { Trans } from '@lingui/react/macro';
import { ButtonLink } from '@/components/button';
import type { Title } from '@/lib/models';
import { signInPath } from '@/lib/return-to';
import { rememberReturnPath } from '@/lib/return-path';

/** Tells a visitor without an account how to watch this video or series. */
export function JoinToWatch({ here, plan }: { here: string; plan: Title['required_plan'] }) {
  return (
    <>
      {plan === 'free' ? (
        <ButtonLink look="primary" size="lg" to={signInPath(here, '/register')}>
          <Trans>Create a free account</Trans>
        </ButtonLink>
      ) : (
        <ButtonLink look="primary" size="lg" to={`/plans?plan=${plan}`} onClick={() => rememberReturnPath(here)}>
          <Trans>Subscribe to watch</Trans>
        </ButtonLink>
      )}
      <ButtonLink size="lg" to={signInPath(here)}>
        <Trans>Sign in to watch</Trans>
      </ButtonLink>
    </>
  );
}
