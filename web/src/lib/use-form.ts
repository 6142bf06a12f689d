import { useRef, useState } from 'react';
import type { ChangeEvent, SubmitEvent } from 'react';
import { fieldIssues } from './errors/api-error';

type Issues<Name extends string> = Partial<Record<Name, string>>;

interface Options<Name extends string> {
  initial: Record<Name, string>;
  /** The issues that can be found here. The service decides. */
  check?: (values: Record<Name, string>) => Issues<Name>;
  submit: (values: Record<Name, string>) => Promise<unknown>;
  /** The fields of an error that names none. */
  issuesOf?: (error: unknown) => Issues<Name> | null;
}

/**
 * The state of a form: values, issues by field, and one submission at a time. Issues are shown after the first attempt, those of the
 * service at the fields that it names. The first field with an issue gets focus.
 */
export function useForm<Name extends string>({ initial, check, submit, issuesOf }: Options<Name>) {
  const [values, setValues] = useState(initial);
  const [issues, setIssues] = useState<Issues<Name>>({});
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  // The state above would be a render too late for a double click.
  const isUnderWay = useRef(false);

  const show = (found: Issues<Name>, form: HTMLFormElement) => {
    setIssues(found);
    const first = (Object.keys(initial) as Name[]).find((name) => found[name]);
    const field = first && form.elements.namedItem(first);
    if (field instanceof HTMLElement) field.focus();
  };

  const onSubmit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isUnderWay.current) return;
    const form = event.currentTarget;
    setError(null);
    const found = check?.(values) ?? {};
    show(found, form);
    if (Object.values(found).some(Boolean)) return;
    isUnderWay.current = true;
    setIsBusy(true);
    try {
      await submit(values);
    } catch (refused) {
      const named: Record<string, string | undefined> = issuesOf?.(refused) ?? fieldIssues(refused);
      const known = Object.fromEntries(Object.entries(named).filter(([name]) => name in initial)) as Issues<Name>;
      show(known, form);
      // It is already shown at the fields.
      setError(Object.keys(known).length > 0 ? null : refused);
    } finally {
      isUnderWay.current = false;
      setIsBusy(false);
    }
  };

  const set = (name: Name, value: string) => {
    setValues((before) => ({ ...before, [name]: value }));
    setIssues((before) => ({ ...before, [name]: undefined }));
  };

  const field = <One extends Name>(name: One) => ({
    name,
    value: values[name],
    issue: issues[name] ?? null,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => set(name, event.target.value),
  });

  const reset = () => {
    setValues(initial);
    setIssues({});
    setError(null);
  };

  return { values, field, set, error, isBusy, onSubmit, reset };
}
