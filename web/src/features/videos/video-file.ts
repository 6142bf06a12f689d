// Detects what a file is by its first bytes. Its name, and the type that the browser derives from the name, can be wrong.
import { t } from '@lingui/core/macro';

/** The number of bytes to check. */
export const HEAD_BYTES = 512;

const NAMES = [
  'mp4',
  'm4v',
  'mov',
  'mkv',
  'webm',
  'avi',
  'mpg',
  'mpeg',
  'm2v',
  'ts',
  'mts',
  'm2ts',
  'vob',
  'flv',
  'f4v',
  'wmv',
  'asf',
  'ogv',
  'ogg',
  '3gp',
  '3g2',
  'mxf',
  'gxf',
  'dv',
];

/** What is often mistaken for a video. */
type OtherFileType = 'pdf' | 'image' | 'document' | 'archive' | 'audio' | 'program' | 'text';

/** The signatures of such files. */
const OTHER_SIGNATURES: { what: OtherFileType; at: number; bytes: readonly number[] }[] = [
  { what: 'pdf', at: 0, bytes: ascii('%PDF') },
  { what: 'image', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47] },
  { what: 'image', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { what: 'image', at: 0, bytes: ascii('GIF8') },
  { what: 'image', at: 8, bytes: ascii('WEBP') },
  { what: 'image', at: 4, bytes: ascii('ftypavif') },
  { what: 'image', at: 4, bytes: ascii('ftypheic') },
  { what: 'document', at: 0, bytes: [0x50, 0x4b, 0x03, 0x04] },
  { what: 'archive', at: 0, bytes: [0x1f, 0x8b] },
  { what: 'archive', at: 0, bytes: ascii('Rar!') },
  { what: 'archive', at: 0, bytes: [0x37, 0x7a, 0xbc, 0xaf] },
  { what: 'audio', at: 0, bytes: ascii('ID3') },
  { what: 'audio', at: 0, bytes: ascii('fLaC') },
  { what: 'audio', at: 8, bytes: ascii('WAVE') },
  { what: 'audio', at: 4, bytes: ascii('ftypM4A') },
  { what: 'program', at: 0, bytes: ascii('MZ') },
  { what: 'program', at: 0, bytes: [0x7f, 0x45, 0x4c, 0x46] },
];

/** Why a file cannot be a video; `null` if it may be one, which Mux then decides. */
export function fileIssue({ name, type, size }: { name: string; type: string; size: number }, head: Uint8Array): string | null {
  if (size === 0) return t`“${name}” is empty.`;
  const other = OTHER_SIGNATURES.find(({ at, bytes }) => bytes.every((byte, place) => head[at + place] === byte));
  if (other) return mistakenFor(other.what, name);
  if (isText(head)) return mistakenFor('text', name);
  const ending = name.toLowerCase().split('.').at(-1) ?? '';
  if (!type.startsWith('video/') && !NAMES.includes(ending))
    return t`“${name}” does not look like a video. Most formats work, such as MP4, MOV, MKV and WebM.`;
  return null;
}

function mistakenFor(what: OtherFileType, name: string): string {
  switch (what) {
    case 'pdf':
      return t`“${name}” is a PDF, not a video.`;
    case 'image':
      return t`“${name}” is an image, not a video.`;
    case 'document':
      return t`“${name}” is an archive or a document, not a video.`;
    case 'archive':
      return t`“${name}” is an archive, not a video.`;
    case 'audio':
      return t`“${name}” is an audio file, not a video.`;
    case 'program':
      return t`“${name}” is a program, not a video.`;
    case 'text':
      return t`“${name}” is a text file, not a video.`;
  }
}

/** Only printable characters: no video starts like that. */
function isText(head: Uint8Array): boolean {
  return head.length > 0 && head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127));
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A suggested title: `my_film-final.mp4` → `My film final`. */
export function titleOfFile(name: string): string {
  const words = name
    .replace(/\.[^.]+$/, '')
    .replace(/[_\-.]+/g, ' ')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1, 200);
}
