import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'react';
import { api } from '@/lib/api';
import { setLanguage, useLanguage } from '@/lib/i18n/catalogues';
import { LANGUAGES } from '@/lib/i18n/languages';
import { notify } from '@/lib/notify';
import { token } from '@/lib/session';
import styles from './language-menu.module.css';

/** Whether the page is drawn anew since its viewer chose a language here, and the focus belongs back on the menu. */
let isChosenHere = false;

/** The languages of the app, where it has more than one. */
export function LanguageMenu() {
  const language = useLanguage();
  const select = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    if (isChosenHere) select.current?.focus();
    isChosenHere = false;
  }, []);
  if (Object.keys(LANGUAGES).length < 2) return null;

  const choose = (next: string) => {
    isChosenHere = true;
    setLanguage(next).catch(() => notify(t`The language could not be changed. Check your connection, then try again.`, 'failed'));
    // The mails that they get are in it as well. Where this fails, this browser still knows.
    if (token() !== null) void api.PATCH('/api/preferences', { body: { interface_language: next } }).catch(() => undefined);
  };
  return (
    <select
      ref={select}
      className={styles.languages}
      aria-label={t`Language`}
      value={language}
      onChange={({ target }) => choose(target.value)}
    >
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
