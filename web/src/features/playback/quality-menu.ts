import { MediaRenditionMenu } from 'media-chrome/menu';

/** What tells how large the picture is at this moment. */
const SIZE = ['mediawidth', 'mediaheight'];

/**
 * The menu of qualities, which stays open while the stream changes its own: the library's draws itself anew whenever the size
 * of the picture does, the item that had the focus is gone with that, and so the menu would close under the viewer's hand.
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

  /** What was passed over while it was open. */
  readonly #catchUp = () => {
    if (this.hidden) super.attributeChangedCallback('mediaheight', null, this.getAttribute('mediaheight'));
  };
}

if (!customElements.get('quality-menu')) customElements.define('quality-menu', QualityMenu);
