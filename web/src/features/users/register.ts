import { api, data } from '@/lib/api';
import { setChoosing } from '@/lib/choosing';
import type { SignIn } from '@/lib/models';
import { startSession } from '@/lib/session';

/** Creates an account and signs in on this device. */
export async function register(email: string, password: string, name: string): Promise<SignIn> {
  const body = { email: email.trim(), password, name: name.trim() || undefined };
  const signedIn = await data(api.POST('/api/auth/register', { body }));
  setChoosing(false);
  startSession(signedIn.token);
  return signedIn;
}
