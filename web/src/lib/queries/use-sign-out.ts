import { useMutation } from '@tanstack/react-query';
import { forgetAgeLimit } from '../age-limit';
import { endSessionOf } from '../api';
import { forgetChoice } from '../choice';
import { endSession, token } from '../session';
import { forgetReturnPath } from '../return-path';

/**
 * Signs this device out: first here, then at the service, if it can be reached. In the other order, the page's other requests would
 * be refused and look like a lost session.
 */
export function useSignOut() {
  return useMutation({
    mutationFn: async () => {
      const bearer = token();
      // The next person at this browser must not see the choice.
      forgetChoice();
      forgetReturnPath();
      forgetAgeLimit();
      endSession();
      if (bearer !== null) await endSessionOf(bearer);
    },
  });
}
