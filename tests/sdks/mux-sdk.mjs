// The official Mux SDK drives the Mux stand-in from an upload to a signed stream.
//
// Settings: MUX_BASE_URL, MUX_TOKEN_ID, MUX_TOKEN_SECRET, MUX_WEBHOOK_SECRET (all read by the SDK), and WEBHOOK_PORT, the
// local port that the stand-in posts its webhooks to.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Mux from '@mux/mux-node';

const PATIENCE_MS = 60_000;

const mux = new Mux();
const events = [];
const folder = mkdtempSync(join(tmpdir(), 'mux-sdk-'));

const receiver = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  try {
    events.push(await mux.webhooks.unwrap(body, request.headers));
    response.writeHead(200).end();
  } catch (error) {
    console.error(`refused a webhook: ${error.message}`);
    response.writeHead(400).end();
  }
});

async function eventually(what, find) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await new Promise((done) => setTimeout(done, 100))) {
    const found = await find();
    if (found) return found;
  }
  throw new Error(`${what}: not within ${PATIENCE_MS} ms`);
}

const event = (type, id) => eventually(type, () => events.find((one) => one.type === type && one.object.id === id));

async function uploaded(body, settings) {
  const upload = await mux.video.uploads.create({ cors_origin: 'http://127.0.0.1:3000', new_asset_settings: settings });
  assert.equal(upload.status, 'waiting');
  const put = await fetch(upload.url, { method: 'PUT', body });
  assert.equal(put.status, 200);
  await event('video.upload.asset_created', upload.id);
  return mux.video.uploads.retrieve(upload.id);
}

async function main() {
  await new Promise((done) => receiver.listen(Number(process.env.WEBHOOK_PORT), '127.0.0.1', done));
  const clip = join(folder, 'clip.mp4');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=24:d=5', '-f', 'lavfi', '-i', 'sine=440:d=5'];
  execFileSync('ffmpeg', ['-y', '-loglevel', 'error', ...source, '-pix_fmt', 'yuv420p', clip]);

  // The upload and its webhooks.
  const upload = await uploaded(readFileSync(clip), { playback_policies: ['signed'], passthrough: 'video-1' });
  assert.equal(upload.status, 'asset_created');
  const ready = await event('video.asset.ready', upload.asset_id);
  assert.equal(ready.data.passthrough, 'video-1');
  assert.equal(typeof ready.data.created_at, 'number');
  const asset = await mux.video.assets.retrieve(upload.asset_id);
  assert.equal(asset.status, 'ready');
  assert.equal(asset.aspect_ratio, '16:9');
  assert.ok(Math.abs(asset.duration - 5) < 0.2);
  assert.equal(typeof asset.created_at, 'string');

  // Signed playback.
  const key = await mux.system.signingKeys.create();
  const sign = (type, options = {}) =>
    mux.jwt.signPlaybackId(asset.playback_ids[0].id, { keyId: key.id, keySecret: key.private_key, type, ...options });
  const playbackId = asset.playback_ids[0].id;
  await assert.rejects(mux.video.playback.hls(playbackId), { status: 403 });
  const master = await (await mux.video.playback.hls(playbackId, { token: await sign('video') })).text();
  const children = master.split('\n').filter((line) => line.startsWith('http'));
  assert.ok(children.length >= 3, master);
  for (const child of children) {
    const playlist = await (await fetch(child)).text();
    const segments = playlist.split('\n').filter((line) => line.startsWith('http'));
    assert.equal(segments.length, 3);
    const segment = await fetch(segments[0]);
    assert.equal(segment.status, 200);
    // An unread body would keep the process alive.
    assert.ok((await segment.arrayBuffer()).byteLength > 0);
  }
  execFileSync('ffprobe', ['-v', 'error', `${process.env.MUX_BASE_URL}/${playbackId}.m3u8?token=${await sign('video')}`]);

  // Images.
  const still = await sign('thumbnail', { params: { time: '1', width: '320' } });
  const picture = Buffer.from(await (await mux.video.playback.thumbnail(playbackId, 'jpg', { token: still })).arrayBuffer());
  assert.deepEqual([...picture.subarray(0, 2)], [0xff, 0xd8]);
  await assert.rejects(mux.video.playback.thumbnail(playbackId, 'jpg', { token: await sign('video') }), { status: 403 });
  const board = await mux.video.playback.storyboardVtt(playbackId, { token: await sign('storyboard') });
  assert.match(typeof board === 'string' ? board : await board.text(), /^WEBVTT[^]+storyboard\.jpg\?token=[^]+#xywh=0,0,256,144/);

  // A file that is not a video.
  const broken = await uploaded(Buffer.from('not a video'), { playback_policies: ['signed'] });
  const errored = await event('video.asset.errored', broken.asset_id);
  assert.equal(errored.data.errors.type, 'invalid_input');

  // Updates and deletion.
  await mux.video.assets.update(asset.id, { passthrough: 'video-2' });
  assert.equal((await event('video.asset.updated', asset.id)).data.passthrough, 'video-2');
  const listed = [];
  for await (const one of mux.video.assets.list()) listed.push(one.id);
  assert.ok(listed.includes(asset.id));
  await mux.system.signingKeys.delete(key.id);
  await assert.rejects(mux.video.playback.hls(playbackId, { token: await sign('video') }), { status: 403 });
  await mux.video.assets.delete(asset.id);
  await event('video.asset.deleted', asset.id);
  await assert.rejects(mux.video.assets.retrieve(asset.id), { status: 404 });
  await assert.rejects(new Mux({ tokenSecret: 'wrong' }).video.assets.list(), { status: 401 });
  console.log(`mux-sdk: ${events.length} webhooks, all checks passed`);
}

try {
  await main();
} finally {
  // A connection without a request counts as busy, and closing would wait for it.
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true });
}
