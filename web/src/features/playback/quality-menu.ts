import { MediaRenditionMenu } from 'media-chrome/menu';

/** The attributes with the current size of the picture. */
const SIZE = ['mediawidth', 'mediaheight'];

/**
 * A quality menu that stays open while the stream switches quality. The library's menu is rendered anew when the size of the
 * picture changes, which removes the focused item and so closes the menu.
 */
class QualityMenu extends MediaRenditionMenu {
  override connectedCallback() {
    super.connectedCallback();
    this.addEventListener('toggle', this.#catchUp);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('toggle', this.#catchUp);
  }

  override attributeChangedCallback(name: string, before: string | null, after: string | null) {
    if (!this.hidden && SIZE.includes(name)) return;
    super.attributeChangedCallback(name, before, after);
  }

  /** Applies the changes that were skipped while it was open. */
  readonly #catchUp = () => {
    if (this.hidden) super.attributeChangedCallback('mediaheight', null, this.getAttribute('mediaheight'));
  };
}

if (!customElements.get('quality-menu')) customElements.define('quality-menu', QualityMenu);
