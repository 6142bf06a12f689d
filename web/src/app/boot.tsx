import { Logo } from '@/components/logo';

/** The content of `index.html` before the app runs, shown until the first page has loaded. */
export function Boot() {
  return (
    <div className="boot">
      <Logo />
    </div>
  );
}
