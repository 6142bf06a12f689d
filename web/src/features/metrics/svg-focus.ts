import { options } from 'preact';

/**
 * Lets the keyboard reach a chart. Preact writes `tabIndex` as it is spelled, but the names of SVG attributes are case-sensitive, so a
 * browser only knows `tabindex`.
 */
const before = options.vnode?.bind(options);
options.vnode = (node) => {
  if (node.type === 'svg') {
    const props = node.props as { tabIndex?: number; tabindex?: number };
    if (props.tabIndex !== undefined) {
      props.tabindex = props.tabIndex;
      delete props.tabIndex;
    }
  }
  before?.(node);
};
