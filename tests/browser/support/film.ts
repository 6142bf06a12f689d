import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test as base } from './test.ts';

interface Film {
  path: string;
  bytes: number;
}

/** `test` with a film to upload: ten seconds of small pictures. It is uncompressed, so it has several chunks and is encoded quickly. */
export const test = base.extend<object, { film: Film }>({
  film: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'marquee-film-'));
      const path = join(folder, 'a-long_day.mkv');
      const pictures = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=10'];
      const sound = ['-f', 'lavfi', '-i', 'sine=d=10'];
      await promisify(execFile)('ffmpeg', [
        '-v',
        'error',
        ...pictures,
        ...sound,
        '-c:v',
        'rawvideo',
        '-pix_fmt',
        'yuv420p',
        '-c:a',
        'pcm_s16le',
        path,
      ]);
      await use({ path, bytes: (await stat(path)).size });
      await rm(folder, { recursive: true });
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});
