import { api, data } from '@/lib/api';
import type { SignIn } from '@/lib/models';
import { startSession } from '@/lib/session';

/** Signs in on this device. */
export async function signIn(email: string, password: string): Promise<SignIn> {
  const signedIn = await data(api.POST('/api/auth/login', { body: { email: email.trim(), password } }));
  startSession(signedIn.token);
  return signedIn;
}
