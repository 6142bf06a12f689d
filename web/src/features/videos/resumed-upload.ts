import { UpChunk } from '@mux/upchunk';

const CHUNK_KILOBYTES = 8192;
const TRIES_MAX = 4;
const WAIT_SECONDS = 2;
/** What may go better a moment later; 0 is a connection that broke. */
const PASSING = [0, 408, 429, 500, 502, 503, 504];
/** A chunk that takes longer is sent again. */
const CHUNK_MILLISECONDS_MAX = 5 * 60_000;

/** The upload's address takes nothing any more: it has expired, or was taken back. */
export class UploadGone extends Error {}

interface Events {
  /** Bytes that are there, those of the chunk that is on its way among them. */
  onProgress: (bytes_sent: number) => void;
}

/** Sends a file in chunks, from what has come already: a chunk that is there is passed over. */
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
    super({ endpoint: url, file, chunkSize: CHUNK_KILOBYTES, attempts: TRIES_MAX, delayBeforeAttempt: WAIT_SECONDS, retryCodes: PASSING });
  }

  override abort() {
    super.abort();
    this.request?.abort();
  }

  protected override sendChunk(chunk: Blob) {
    // One that could not be sent is offered again.
    if (chunk !== this.last) {
      this.last = chunk;
      this.offered += chunk.size;
    }
    return this.offered > this.received ? this.put(chunk) : Promise.resolve(answer(308, '', this.url, new XMLHttpRequest()));
  }

  /** UpChunk's own request reads empty answers as XML, which shows in the console as a broken policy. */
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

/** What UpChunk reads of an answer. */
function answer(statusCode: number, range: string, url: string, rawRequest: XMLHttpRequest) {
  const headers: Record<string, string> = range === '' ? {} : { range };
  return { statusCode, headers, body: '', method: 'PUT', url, rawRequest };
}

/** How many bytes of a file an upload holds. Throws [`UploadGone`] when it takes no more. */
export async function receivedBytes(url: string, bytes_total: number): Promise<number> {
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-range': `bytes */${bytes_total}` } });
  if (answer.ok) return bytes_total;
  if (answer.status !== 308) throw answer.status < 500 ? new UploadGone() : new TypeError(`The upload answered ${answer.status}`);
  const last = /-(\d+)$/.exec(answer.headers.get('range') ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
