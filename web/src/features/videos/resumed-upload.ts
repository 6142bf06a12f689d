import { UpChunk } from '@mux/upchunk';

const CHUNK_KILOBYTES = 8192;
const TRIES_MAX = 4;
const WAIT_SECONDS = 2;

/** The upload's address takes nothing any more: it has expired, or was taken back. */
export class UploadGone extends Error {}

/** Sends a file in chunks, from what has come already: a chunk that is there is passed over. */
export class ResumedUpload extends UpChunk {
  private offered = 0;
  private last: Blob | null = null;

  constructor(
    url: string,
    file: File,
    private readonly received: number,
  ) {
    super({ endpoint: url, file, chunkSize: CHUNK_KILOBYTES, attempts: TRIES_MAX, delayBeforeAttempt: WAIT_SECONDS });
  }

  protected override sendChunk(chunk: Blob) {
    // One that could not be sent is offered again.
    if (chunk !== this.last) {
      this.last = chunk;
      this.offered += chunk.size;
    }
    if (this.offered > this.received) return super.sendChunk(chunk);
    return Promise.resolve({ statusCode: 308, headers: {}, body: '', method: 'PUT', url: '', rawRequest: new XMLHttpRequest() });
  }
}

/** How many bytes of a file an upload holds. Throws [`UploadGone`] when it takes no more. */
export async function receivedBytes(url: string, bytes_total: number): Promise<number> {
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-range': `bytes */${bytes_total}` } });
  if (answer.ok) return bytes_total;
  if (answer.status !== 308) throw answer.status < 500 ? new UploadGone() : new TypeError(`The upload answered ${answer.status}`);
  const last = /-(\d+)$/.exec(answer.headers.get('range') ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
