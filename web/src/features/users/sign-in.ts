import { api, data } from '@/lib/api';
import { isChoosing } from '@/lib/choosing';
import type { SignIn } from '@/lib/models';
import { startSessionOf } from '@/lib/select-profile';
import { takeLanguage } from '@/lib/take-language';

/** Signs in on this device. */
export async function signIn(email: string, password: string): Promise<SignIn> {
  const signedIn = await data(api.POST('/api/auth/login', { body: { email: email.trim(), password } }));
  await startSessionOf(signedIn.token);
  // If a profile has to be chosen first, the language is that profile's.
  if (!isChoosing()) takeLanguage();
  return signedIn;
}
