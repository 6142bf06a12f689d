import { useRef, useState } from 'react';
import type { ChangeEvent, SubmitEvent } from 'react';
import { fieldIssues } from './errors/api-error';

type Issues<Name extends string> = Partial<Record<Name, string>>;

interface Options<Name extends string> {
  initial: Record<Name, string>;
  /** What is wrong, as far as that can be told here; the service has the last word. */
  check?: (values: Record<Name, string>) => Issues<Name>;
  submit: (values: Record<Name, string>) => Promise<unknown>;
  /** The fields that a refusal is about, where the service does not name them. */
  issuesOf?: (error: unknown) => Issues<Name> | null;
}

/**
 * The state of a form: values, issues at their fields, and one submission at a time. Issues show after the first attempt,
 * the service's own at the fields that it names; the first field with one gets the focus.
 */
export function useForm<Name extends string>({ initial, check, submit, issuesOf }: Options<Name>) {
  const [values, setValues] = useState(initial);
  const [issues, setIssues] = useState<Issues<Name>>({});
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  // The state above is a render late for a double click.
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
      // Shown at the fields it would be said twice.
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

  const field = (name: Name) => ({
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
