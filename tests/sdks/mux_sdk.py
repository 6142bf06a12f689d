"""The official Python SDK of Mux drives the Mux stand-in from a chunked upload to a signed stream.

Settings: MUX_BASE_URL, MUX_TOKEN_ID, MUX_TOKEN_SECRET. Needs the packages mux_python, m3u8, PyJWT and cryptography.
"""

import base64
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import jwt
import m3u8
import mux_python

BASE_URL = os.environ["MUX_BASE_URL"]
CHUNK_BYTES = 256 * 1024
PATIENCE_SECONDS = 60


def connect():
    configuration = mux_python.Configuration(host=BASE_URL)
    configuration.username = os.environ["MUX_TOKEN_ID"]
    configuration.password = os.environ["MUX_TOKEN_SECRET"]
    return mux_python.ApiClient(configuration)


def clip(folder):
    path = os.path.join(folder, "clip.mp4")
    source = ["-f", "lavfi", "-i", "testsrc2=s=854x480:r=25:d=6", "-f", "lavfi", "-i", "sine=330:d=6"]
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *source, "-pix_fmt", "yuv420p", path], check=True)
    with open(path, "rb") as file:
        return file.read()


def put(url, body, headers):
    """The status of a PUT and its Range header; 308 is not a redirect here."""
    request = urllib.request.Request(url, data=body, method="PUT", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers.get("range")
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("range")


def upload_in_chunks(url, body):
    statuses = []
    for start in range(0, len(body), CHUNK_BYTES):
        chunk = body[start : start + CHUNK_BYTES]
        end = start + len(chunk) - 1
        status, received = put(url, chunk, {"content-range": f"bytes {start}-{end}/{len(body)}"})
        statuses.append(status)
        assert status == 200 or received == f"bytes=0-{end}", (status, received)
    assert len(statuses) > 1 and set(statuses[:-1]) == {308} and statuses[-1] == 200, statuses


def wait_until_ready(assets, asset_id):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        asset = assets.get_asset(asset_id).data
        if asset.status != "preparing":
            return asset
        time.sleep(0.1)
    raise TimeoutError(asset_id)


def sign(key, playback_id, audience):
    claims = {"sub": playback_id, "aud": audience, "exp": int(time.time()) + 600}
    pem = base64.b64decode(key.private_key)
    return jwt.encode(claims, pem, algorithm="RS256", headers={"kid": key.id})


def main():
    client = connect()
    uploads, assets = mux_python.DirectUploadsApi(client), mux_python.AssetsApi(client)
    settings = mux_python.CreateAssetRequest(playback_policies=[mux_python.PlaybackPolicy.SIGNED], passthrough="video-9")
    wanted = mux_python.CreateUploadRequest(timeout=3600, new_asset_settings=settings, cors_origin="*")
    upload = uploads.create_direct_upload(wanted).data
    with tempfile.TemporaryDirectory() as folder:
        upload_in_chunks(upload.url, clip(folder))
    upload = uploads.get_direct_upload(upload.id).data
    assert upload.status == "asset_created"

    asset = wait_until_ready(assets, upload.asset_id)
    assert (asset.status, asset.passthrough, asset.aspect_ratio) == ("ready", "video-9", "427:240"), asset
    key = mux_python.SigningKeysApi(client).create_signing_key().data
    playback_id = asset.playback_ids[0].id
    master = m3u8.load(f"{BASE_URL}/{playback_id}.m3u8?token={sign(key, playback_id, 'v')}")
    assert len(master.playlists) >= 3
    lengths = set()
    for variant in master.playlists:
        assert variant.stream_info.codecs.startswith("avc1.") and variant.stream_info.codecs.endswith("mp4a.40.2")
        media = m3u8.load(variant.absolute_uri)
        assert media.is_endlist
        lengths.add(tuple(segment.duration for segment in media.segments))
        for uri in [media.segment_map[0].absolute_uri, *(segment.absolute_uri for segment in media.segments)]:
            with urllib.request.urlopen(uri) as answer:
                assert answer.status == 200 and answer.read()
    assert len(lengths) == 1, "the renditions are cut at the same moments"

    assets.delete_asset(asset.id)
    try:
        assets.get_asset(asset.id)
        raise AssertionError("a deleted asset is gone")
    except mux_python.exceptions.NotFoundException:
        pass
    print("mux_sdk: all checks passed")


main()
