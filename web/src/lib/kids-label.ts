import { t } from '@lingui/core/macro';

/** The label of a kids profile with its age limit. */
export function kidsLabel(age: number): string {
  return age === 0 ? t`Kids, for all ages` : t`Kids, up to ${age}`;
}
