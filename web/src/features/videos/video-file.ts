// What a file is, by its first bytes: its name and the type that the browser derives from it say what somebody called it.

/** How many of the first bytes are looked at. */
export const HEAD_BYTES = 512;

const NAMES = ['mp4', 'm4v', 'mov', 'mkv', 'webm', 'avi', 'mpg', 'mpeg', 'm2v', 'ts', 'mts', 'm2ts', 'vob', 'flv', 'f4v', 'wmv', 'asf', 'ogv', 'ogg', '3gp', '3g2', 'mxf', 'gxf', 'dv'];

/** Signatures of what is often mistaken for a film. */
const OTHERS: { what: string; at: number; bytes: readonly number[] }[] = [
  { what: 'a PDF', at: 0, bytes: ascii('%PDF') },
  { what: 'a picture', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47] },
  { what: 'a picture', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { what: 'a picture', at: 0, bytes: ascii('GIF8') },
  { what: 'a picture', at: 8, bytes: ascii('WEBP') },
  { what: 'a picture', at: 4, bytes: ascii('ftypavif') },
  { what: 'a picture', at: 4, bytes: ascii('ftypheic') },
  { what: 'an archive or a document', at: 0, bytes: [0x50, 0x4b, 0x03, 0x04] },
  { what: 'an archive', at: 0, bytes: [0x1f, 0x8b] },
  { what: 'an archive', at: 0, bytes: ascii('Rar!') },
  { what: 'an archive', at: 0, bytes: [0x37, 0x7a, 0xbc, 0xaf] },
  { what: 'a sound file', at: 0, bytes: ascii('ID3') },
  { what: 'a sound file', at: 0, bytes: ascii('fLaC') },
  { what: 'a sound file', at: 8, bytes: ascii('WAVE') },
  { what: 'a sound file', at: 4, bytes: ascii('ftypM4A') },
  { what: 'a program', at: 0, bytes: ascii('MZ') },
  { what: 'a program', at: 0, bytes: [0x7f, 0x45, 0x4c, 0x46] },
];

/** Why a file cannot be a film; `null` for what may be one, and then the encoder has the last word. */
export function fileIssue({ name, type, size }: { name: string; type: string; size: number }, head: Uint8Array): string | null {
  if (size === 0) return `“${name}” is empty.`;
  const other = OTHERS.find(({ at, bytes }) => bytes.every((byte, place) => head[at + place] === byte));
  if (other) return `“${name}” is ${other.what}, not a video.`;
  if (isText(head)) return `“${name}” is a text, not a video.`;
  const ending = name.toLowerCase().split('.').at(-1) ?? '';
  if (!type.startsWith('video/') && !NAMES.includes(ending)) return `“${name}” does not look like a video. MP4, MOV, MKV, WebM and most others do.`;
  return null;
}

/** Nothing but letters, figures and signs: no film begins so. */
function isText(head: Uint8Array): boolean {
  return head.length > 0 && head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127));
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A title to begin with: `my_film-final.mp4` → `My film final`. */
export function titleOfFile(name: string): string {
  const words = name
    .replace(/\.[^.]+$/, '')
    .replace(/[_\-.]+/g, ' ')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1, 200);
}
