import { ageLimit, subscribe } from '../age-limit';
import { queryClient } from '../query-client';

/** From now on, a profile whose age limit has changed sees nothing that was requested for the old one. */
export function followAgeLimit(): void {
  let last = ageLimit();
  subscribe(() => {
    const before = last;
    last = ageLimit();
    if (before !== undefined && last !== before) void queryClient.resetQueries({ predicate: ({ queryKey: [name] }) => name !== 'me' });
  });
}
