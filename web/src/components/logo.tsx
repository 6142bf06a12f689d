/** The service's name as a logo. `index.html` shows the same one before the app runs; `styles/boot.css` styles both. */
export function Logo() {
  return (
    <span className="logo">
      <span className="logo-bulbs" aria-hidden="true" />
      marquee
    </span>
  );
}
