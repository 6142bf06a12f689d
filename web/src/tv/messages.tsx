import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { hasCode } from '@/lib/errors/api-error';
import { explain } from '@/lib/errors/explain';
// Every kind of error has a text here, so that none is shown as the service words it, which is in English.
import '@/lib/errors/explanations';
import { Group, Item, useOnce } from './focus';
import { back } from './screens';

export function Waiting({ label }: { label: string }) {
  return (
    <div className="message" role="status">
      <span className="lights" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <p>{label}</p>
    </div>
  );
}

interface FailureProps {
  error: unknown;
  /** The screen that it is on. */
  focusKey: string;
  onRetry: () => void;
}

/** What went wrong, with a button to try again, or to go back if that cannot help. */
export function Failure({ error, focusKey, onRetry }: FailureProps) {
  // An address that is not a title's is refused as invalid.
  const isMissing = hasCode(error, 'NOT_FOUND', 'VALIDATION_ERROR');
  const { title, text } = isMissing ? { title: t`This title is not available`, text: '' } : explain(error);
  useOnce(true, () => void setFocus(`${focusKey}-retry`));
  return (
    <div className="message" role="alert">
      <h1>{title}</h1>
      {text && <p>{text}</p>}
      <Group>
        <Item focusKey={`${focusKey}-retry`} className="button" onPress={isMissing ? () => back() : onRetry}>
          {isMissing ? t`Back` : t`Try again`}
        </Item>
      </Group>
    </div>
  );
}
