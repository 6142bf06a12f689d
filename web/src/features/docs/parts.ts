// The parts of Swagger UI that this page arranges in its own way. They are made with Swagger UI's React, which is not the app's.
import { t } from '@lingui/core/macro';

type Part = (props: Record<string, unknown>) => unknown;

interface System {
  React: { createElement: (type: unknown, props?: Record<string, unknown> | null, ...children: unknown[]) => unknown };
}

interface PartProps {
  getComponent: (name: string, isContainer?: boolean) => unknown;
  specSelectors: { loadingStatus: () => string | undefined };
}

/** Its own layout names a server, of which there is one, and has a `main` element, which the app has. */
export function parts({ React: { createElement } }: System) {
  const Reference = ({ getComponent, specSelectors }: PartProps) => {
    const status = specSelectors.loadingStatus();
    if (status === 'failed') return createElement(getComponent('errors', true));
    if (status !== 'success') return createElement('p', { role: 'status' }, t`Loading the document…`);
    const shown = ['InfoContainer', 'AuthorizeBtnContainer', 'operations'].map((name) => createElement(getComponent(name, true)));
    // The headings within are of the third level.
    shown.splice(2, 0, createElement('h2', null, t`Operations`));
    return createElement('div', { className: 'swagger-ui' }, ...shown);
  };
  return {
    components: {
      Reference,
      // A link inside a button, which is what it draws, has no use for a keyboard. Opening an operation changes the address.
      DeepLink: ({ text }: { text: string }) => createElement('span', null, text),
    },
    wrapComponents: {
      // The page has a heading of its own.
      InfoBasePath: (): Part => () => null,
      // Its choice of an example has no name.
      ExamplesSelect:
        (original: unknown): Part =>
        (props) =>
          createElement('label', null, createElement('span', { className: 'visually-hidden' }, t`Example`), createElement(original, props)),
    },
  };
}
