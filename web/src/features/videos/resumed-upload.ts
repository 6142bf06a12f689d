import { UpChunk } from '@mux/upchunk';

const CHUNK_KILOBYTES = 8192;
const TRIES_MAX = 4;
const WAIT_SECONDS = 2;
/** Statuses worth a retry; 0 is a broken connection. */
const TRANSIENT = [0, 408, 429, 500, 502, 503, 504];
/** A chunk that takes longer than this is sent again. */
const CHUNK_MILLISECONDS_MAX = 5 * 60_000;

/** The upload URL no longer accepts data: it has expired, or was cancelled. */
export class UploadGone extends Error {}

interface Events {
  /** Bytes sent, including those of the chunk in progress. */
  onProgress: (bytes_sent: number) => void;
}

/** Sends a file in chunks, and skips chunks that were already received. */
export class ResumedUpload extends UpChunk {
  private offered = 0;
  private last: Blob | null = null;
  private request: XMLHttpRequest | null = null;

  constructor(
    private readonly url: string,
    file: File,
    private readonly received: number,
    private readonly events: Events,
  ) {
    super({
      endpoint: url,
      file,
      chunkSize: CHUNK_KILOBYTES,
      attempts: TRIES_MAX,
      delayBeforeAttempt: WAIT_SECONDS,
      retryCodes: TRANSIENT,
    });
  }

  override abort() {
    super.abort();
    this.request?.abort();
  }

  protected override sendChunk(chunk: Blob) {
    // A chunk that failed is offered again.
    if (chunk !== this.last) {
      this.last = chunk;
      this.offered += chunk.size;
    }
    return this.offered > this.received ? this.put(chunk) : Promise.resolve(answer(308, '', this.url, new XMLHttpRequest()));
  }

  /** UpChunk's own request parses empty responses as XML, which logs a violation of the content security policy. */
  private put(chunk: Blob) {
    const start = this.offered - chunk.size;
    const request = new XMLHttpRequest();
    this.request = request;
    return new Promise<ReturnType<typeof answer>>((resolve) => {
      request.open('PUT', this.url);
      request.setRequestHeader('content-range', `bytes ${start}-${this.offered - 1}/${this.file.size}`);
      request.upload.onprogress = ({ loaded }) => this.events.onProgress(start + Math.min(loaded, chunk.size));
      request.onload = () => resolve(answer(request.status, request.getResponseHeader('range') ?? '', this.url, request));
      request.timeout = CHUNK_MILLISECONDS_MAX;
      request.onerror = () => resolve(answer(0, '', this.url, request));
      request.ontimeout = request.onerror;
      request.send(chunk);
    });
  }
}

/** The parts of a response that UpChunk reads. */
function answer(statusCode: number, range: string, url: string, rawRequest: XMLHttpRequest) {
  const headers: Record<string, string> = range === '' ? {} : { range };
  return { statusCode, headers, body: '', method: 'PUT', url, rawRequest };
}

/** The number of bytes that an upload has received. Throws [`UploadGone`] if it accepts no more. */
export async function receivedBytes(url: string, bytes_total: number): Promise<number> {
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-range': `bytes */${bytes_total}` } });
  if (answer.ok) return bytes_total;
  if (answer.status !== 308) throw answer.status < 500 ? new UploadGone() : new TypeError(`The upload answered ${answer.status}`);
  const last = /-(\d+)$/.exec(answer.headers.get('range') ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
