/** What the browser knows about the connection. Not all browsers tell. */
interface Connection {
  saveData?: boolean;
  effectiveType?: string;
  /** In megabits per second. */
  downlink?: number;
}

const connection = (): Connection => (navigator as { connection?: Connection }).connection ?? {};

/** Whether to load only what is needed: the viewer saves data, or the connection is very slow. */
export function savesData({ saveData, effectiveType }: Connection = connection()): boolean {
  return saveData === true || effectiveType === 'slow-2g' || effectiveType === '2g';
}

/** The browser's estimate of the connection, in bits per second; `null` if it does not tell. */
export function downlink({ downlink }: Connection = connection()): number | null {
  return downlink === undefined || downlink <= 0 ? null : downlink * 1_000_000;
}
