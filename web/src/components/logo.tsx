/** The name in lights. `index.html` shows the same before the app runs; `styles/boot.css` is what both look like. */
export function Logo() {
  return (
    <span className="logo">
      <span className="logo-bulbs" aria-hidden="true" />
      marquee
    </span>
  );
}
