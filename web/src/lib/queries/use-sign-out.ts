import { useMutation } from '@tanstack/react-query';
import { endSessionOf } from '../api';
import { forgetChoice } from '../choice';
import { endSession, token } from '../session';
import { forgetWanted } from '../wanted';

/**
 * Signs this device out: here at once, and then at the service as far as it can be reached. The other way round, whatever else the
 * page has asked for meanwhile is refused, and looks like a session that was lost.
 */
export function useSignOut() {
  return useMutation({
    mutationFn: async () => {
      const bearer = token();
      // The next person at this browser wants something else.
      forgetChoice();
      forgetWanted();
      endSession();
      if (bearer !== null) await endSessionOf(bearer);
    },
  });
}
