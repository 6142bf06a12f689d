import { Logo } from '@/components/logo';

/** What `index.html` shows before the app runs, until the first page is there. */
export function Boot() {
  return (
    <div className="boot">
      <Logo />
    </div>
  );
}
