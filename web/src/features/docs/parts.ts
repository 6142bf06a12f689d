// A custom layout for Swagger UI. It is built with Swagger UI's own React, not the app's.
import { t } from '@lingui/core/macro';

type Part = (props: Record<string, unknown>) => unknown;

interface System {
  React: { createElement: (type: unknown, props?: Record<string, unknown> | null, ...children: unknown[]) => unknown };
}

interface PartProps {
  getComponent: (name: string, isContainer?: boolean) => unknown;
  specSelectors: { loadingStatus: () => string | undefined };
}

/** The default layout shows a choice of servers, of which there is only one, and a `main` element, which the app already has. */
export function parts({ React: { createElement } }: System) {
  const Reference = ({ getComponent, specSelectors }: PartProps) => {
    const status = specSelectors.loadingStatus();
    if (status === 'failed') return createElement(getComponent('errors', true));
    if (status !== 'success') return createElement('p', { role: 'status' }, t`Loading the document…`);
    const shown = ['InfoContainer', 'AuthorizeBtnContainer', 'operations'].map((name) => createElement(getComponent(name, true)));
    // The headings below it are `h3`.
    shown.splice(2, 0, createElement('h2', null, t`Operations`));
    return createElement('div', { className: 'swagger-ui' }, ...shown);
  };
  return {
    components: {
      Reference,
      // The default is a link inside a button, which the keyboard cannot reach. Opening an operation changes the URL anyway.
      DeepLink: ({ text }: { text: string }) => createElement('span', null, text),
    },
    wrapComponents: {
      // The page has its own heading.
      InfoBasePath: (): Part => () => null,
      // The default select has no accessible name.
      ExamplesSelect:
        (original: unknown): Part =>
        (props) =>
          createElement('label', null, createElement('span', { className: 'visually-hidden' }, t`Example`), createElement(original, props)),
    },
  };
}
