import { api, data } from '@/lib/api';
import { setLanguage } from '@/lib/i18n/catalogues';
import { LANGUAGES, keptLanguage } from '@/lib/i18n/languages';
import type { SignIn } from '@/lib/models';
import { startSession } from '@/lib/session';

/** Signs in on this device. */
export async function signIn(email: string, password: string): Promise<SignIn> {
  const signedIn = await data(api.POST('/api/auth/login', { body: { email: email.trim(), password } }));
  startSession(signedIn.token);
  // If this fails, the browser's language is used.
  void takeLanguage().catch(() => undefined);
  return signedIn;
}

/** Applies the account's language, unless one was chosen on this device. */
async function takeLanguage(): Promise<void> {
  if (keptLanguage() !== null) return;
  const { interface_language: chosen } = await data(api.GET('/api/preferences'));
  // A language may have been chosen in the meantime.
  if (chosen !== null && chosen in LANGUAGES && keptLanguage() === null) await setLanguage(chosen);
}
