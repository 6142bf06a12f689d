import { t } from '@lingui/core/macro';
import { setFocus } from '@noriginmedia/norigin-spatial-navigation-core';
import { explain } from '@/lib/errors/explain';
import { Group, Item, useOnce } from './focus';

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

/** What went wrong, with a button to try again. */
export function Failure({ error, focusKey, onRetry }: FailureProps) {
  const { title, text } = explain(error);
  useOnce(true, () => void setFocus(`${focusKey}-retry`));
  return (
    <div className="message" role="alert">
      <h1>{title}</h1>
      {text && <p>{text}</p>}
      <Group>
        <Item focusKey={`${focusKey}-retry`} className="button" onPress={onRetry}>
          {t`Try again`}
        </Item>
      </Group>
    </div>
  );
}
