import { Suspense, lazy, useEffect, useState } from 'react';
import { onFirstNotice } from '@/lib/notify';

const Toaster = lazy(() => import('./toaster'));

/** The place of toasts. The component that shows them is loaded with the first one. */
export function Notices() {
  const [isWanted, setIsWanted] = useState(false);
  useEffect(() => onFirstNotice(() => setIsWanted(true)), []);
  if (!isWanted) return null;
  return (
    <Suspense>
      <Toaster />
    </Suspense>
  );
}
