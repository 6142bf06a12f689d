// The uploads of this browser. They continue while the operator visits other pages. After a pause, a lost connection or a closed
// tab, an upload resumes from what the receiver holds; after a closed tab, the operator chooses the same file again.
import { t } from '@lingui/core/macro';
import { useSyncExternalStore } from 'react';
import type { UploadTarget } from '@/lib/models';
import { subscribeToSession, token, wasSessionLost } from '@/lib/session';
import type { ResumedUpload } from './resumed-upload';

export interface Upload {
  video_id: string;
  title: string;
  file_name: string;
  bytes_total: number;
  bytes_sent: number;
  /** The recent speed; `null` until it is known. */
  bytes_per_second: number | null;
  state:
    | 'sending'
    | 'paused'
    /** There is no network; it resumes automatically. */
    | 'offline'
    /** All retries failed. */
    | 'failed'
    /** The page was closed: the file must be chosen again. */
    | 'cut'
    /** The upload URL accepts no more data. */
    | 'gone'
    | 'sent';
}

/** The part that is kept after the page is closed. */
interface StoredUpload {
  video_id: string;
  title: string;
  url: string;
  expires_at: string;
  file_name: string;
  bytes_total: number;
  last_modified: number;
}

const KEY = 'marquee.uploads';
const SPEED_MILLISECONDS = 1500;

let uploads: Readonly<Record<string, Upload>> = {};
const storedUploads = new Map<string, StoredUpload>();
const files = new Map<string, File>();
const runs = new Map<string, ResumedUpload>();
const listeners = new Set<() => void>();

/** The upload of a video, if it was started in this browser. */
export function useUpload(video_id: string): Upload | undefined {
  return useSyncExternalStore(subscribe, () => uploads[video_id]);
}

/** All uploads of this browser. */
export function useUploads(): Readonly<Record<string, Upload>> {
  return useSyncExternalStore(subscribe, () => uploads);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Starts to send a file to a video's upload URL. */
export function startUpload(video: { id: string; title: string }, target: UploadTarget, file: File): void {
  const stored = {
    video_id: video.id,
    title: video.title,
    url: target.url,
    expires_at: target.expires_at,
    file_name: file.name,
    bytes_total: file.size,
    last_modified: file.lastModified,
  };
  storedUploads.set(video.id, stored);
  files.set(video.id, file);
  storeUploads();
  put(fresh(stored, 'sending'));
  void run(video.id);
}

export function pauseUpload(video_id: string): void {
  stop(video_id);
  change(video_id, { state: 'paused', bytes_per_second: null });
}

/** Resumes after a pause or a failure. */
export function resumeUpload(video_id: string): void {
  if (!files.has(video_id)) return;
  change(video_id, { state: 'sending' });
  void run(video_id);
}

/** Resumes with the file that was chosen again, or returns why it is refused. */
export function resumeWith(video_id: string, file: File): string | null {
  const stored = storedUploads.get(video_id);
  if (!stored) return t`This upload no longer exists.`;
  const { file_name } = stored;
  if (file.name !== file_name || file.size !== stored.bytes_total || file.lastModified !== stored.last_modified) {
    return t`This is a different file. Choose “${file_name}”, unchanged since the upload started.`;
  }
  files.set(video_id, file);
  resumeUpload(video_id);
  return null;
}

/** Stops an upload and forgets it. */
export function forgetUpload(video_id: string): void {
  stop(video_id);
  storedUploads.delete(video_id);
  files.delete(video_id);
  storeUploads();
  uploads = Object.fromEntries(Object.entries(uploads).filter(([id]) => id !== video_id));
  notifyListeners();
}

async function run(video_id: string): Promise<void> {
  const stored = storedUploads.get(video_id);
  const file = files.get(video_id);
  if (!stored || !file) return;
  stop(video_id);
  const { ResumedUpload, UploadGone, receivedBytes } = await import('./resumed-upload');
  let received: number;
  try {
    received = await receivedBytes(stored.url, file.size);
  } catch (failure) {
    change(video_id, { state: failure instanceof UploadGone ? 'gone' : navigator.onLine ? 'failed' : 'offline' });
    return;
  }
  // It was paused or forgotten while the request was pending.
  if (uploads[video_id]?.state !== 'sending') return;
  change(video_id, { bytes_sent: received });
  if (received >= file.size) {
    sent(video_id);
    return;
  }
  stop(video_id);
  const speed = meter(received);
  const upload = new ResumedUpload(stored.url, file, received, {
    onProgress: (bytes_sent) => {
      if (runs.get(video_id) === upload) change(video_id, { bytes_sent, bytes_per_second: speed(bytes_sent) });
    },
  });
  runs.set(video_id, upload);
  // Events of an upload that was stopped or replaced are ignored.
  const whenCurrent = (act: (detail: unknown) => void) => (event: CustomEvent) => {
    if (runs.get(video_id) === upload) act(event.detail);
  };
  upload.on(
    'success',
    whenCurrent(() => sent(video_id)),
  );
  upload.on(
    'offline',
    whenCurrent(() => interrupt(video_id, 'offline')),
  );
  upload.on(
    'error',
    whenCurrent((detail) => {
      const status = statusOf(detail);
      interrupt(
        video_id,
        status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'gone' : navigator.onLine ? 'failed' : 'offline',
      );
    }),
  );
}

function sent(video_id: string) {
  stop(video_id);
  storedUploads.delete(video_id);
  files.delete(video_id);
  storeUploads();
  change(video_id, { state: 'sent', bytes_sent: uploads[video_id]?.bytes_total, bytes_per_second: null });
}

function interrupt(video_id: string, state: Upload['state']) {
  stop(video_id);
  change(video_id, { state, bytes_per_second: null });
}

function stop(video_id: string) {
  const upload = runs.get(video_id);
  runs.delete(video_id);
  upload?.abort();
}

function statusOf(detail: unknown): number {
  if (typeof detail !== 'object' || detail === null || !('response' in detail)) return 0;
  const { response } = detail;
  return typeof response === 'object' && response !== null && 'statusCode' in response && typeof response.statusCode === 'number'
    ? response.statusCode
    : 0;
}

/** Measures the recent speed, in bytes per second. */
function meter(bytes: number) {
  let since = { at: Date.now(), bytes };
  let speed: number | null = null;
  return (now_bytes: number) => {
    const milliseconds = Date.now() - since.at;
    if (milliseconds >= SPEED_MILLISECONDS) {
      speed = Math.max(0, ((now_bytes - since.bytes) / milliseconds) * 1000);
      since = { at: Date.now(), bytes: now_bytes };
    }
    return speed;
  };
}

function fresh({ video_id, title, file_name, bytes_total }: StoredUpload, state: Upload['state']): Upload {
  return { video_id, title, file_name, bytes_total, bytes_sent: 0, bytes_per_second: null, state };
}

function put(upload: Upload) {
  uploads = { ...uploads, [upload.video_id]: upload };
  notifyListeners();
}

function change(video_id: string, changes: Partial<Upload>) {
  const before = uploads[video_id];
  if (before) put({ ...before, ...changes });
}

function notifyListeners() {
  for (const listener of listeners) listener();
}

function storeUploads() {
  try {
    localStorage.setItem(KEY, JSON.stringify([...storedUploads.values()]));
  } catch {
    // Then an upload cannot be resumed after the page is closed.
  }
}

function readStoredUploads(): StoredUpload[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isStoredUpload) : [];
  } catch {
    return [];
  }
}

function isStoredUpload(kept: unknown): kept is StoredUpload {
  if (typeof kept !== 'object' || kept === null) return false;
  const has = (name: string, type: string) => typeof (kept as Record<string, unknown>)[name] === type;
  return (
    ['video_id', 'title', 'url', 'expires_at', 'file_name'].every((name) => has(name, 'string')) &&
    has('bytes_total', 'number') &&
    has('last_modified', 'number')
  );
}

for (const stored of readStoredUploads()) {
  if (new Date(stored.expires_at).getTime() < Date.now()) continue;
  storedUploads.set(stored.video_id, stored);
  uploads = { ...uploads, [stored.video_id]: fresh(stored, 'cut') };
}

window.addEventListener('online', () => {
  for (const { video_id, state } of Object.values(uploads)) if (state === 'offline') resumeUpload(video_id);
});

// Leaving the page would interrupt the uploads.
window.addEventListener('beforeunload', (event) => {
  if (Object.values(uploads).some(({ state }) => state === 'sending')) event.preventDefault();
});

// Signing out ends the uploads. After a lost session they continue, because the operator signs in again.
subscribeToSession(() => {
  if (token() === null && !wasSessionLost()) for (const video_id of Object.keys(uploads)) forgetUpload(video_id);
});
