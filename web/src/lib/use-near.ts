import { useEffect, useState } from 'react';
import type { RefObject } from 'react';

/** Whether an element has come near the viewport. Once it has, this stays true. */
export function useNear(place: RefObject<HTMLElement | null>, margin = '600px'): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element || isNear) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setIsNear(true), { rootMargin: margin });
    observer.observe(element);
    return () => observer.disconnect();
  }, [place, margin, isNear]);
  return isNear;
}
