import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'react';
import { api } from '@/lib/api';
import { setLanguage, useLanguage } from '@/lib/i18n/catalogues';
import { LANGUAGES } from '@/lib/i18n/languages';
import { notify } from '@/lib/notify';
import { token } from '@/lib/session';
import styles from './language-menu.module.css';

/** The page is rendered anew after a choice in this menu, which must get focus back. */
let isChosenHere = false;

/** The languages of the app, if it has more than one. */
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
    // The account's language is that of its mail. If this fails, the browser still keeps the choice.
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
