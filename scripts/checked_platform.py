"""Starts the local platform for checks that call the API over HTTP: in memory, on free ports, with the demo accounts."""

import contextlib
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOCAL = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/local"
# The first start draws and encodes the demo films.
START_SECONDS_MAX = 600
# The password of every seeded account.
PASSWORD = "marquee-demo"


@contextlib.contextmanager
def platform(log: pathlib.Path, **parameters: str) -> Iterator[str]:
    """A running platform's origin. The parameters are those of template.yaml; its log lines go to a file."""
    port = five_free_ports()
    settings = {"PORT": str(port), "DATA_DIR": ":memory:", "SEED": "demo"}
    with log.open("w") as lines:
        process = subprocess.Popen([LOCAL], cwd=ROOT, env=os.environ | settings | parameters, stdout=lines, stderr=lines)
    try:
        origin = f"http://127.0.0.1:{port}"
        wait_until_ready(process, origin, log)
        yield origin
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(process: subprocess.Popen, origin: str, log: pathlib.Path) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while not is_ready(origin):
        if process.poll() is not None or time.monotonic() > until:
            sys.exit(f"the local platform did not start: see {log}")
        time.sleep(0.1)


def is_ready(origin: str) -> bool:
    try:
        with urllib.request.urlopen(f"{origin}/api/health") as answer:
            return answer.status == 200
    except OSError:
        return False


def five_free_ports() -> int:
    """The first of five consecutive free ports, which a platform needs."""
    while True:
        first = random.randint(10_000, 60_000)
        with contextlib.ExitStack() as probes:
            try:
                for port in range(first, first + 5):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first


def sign_in(origin: str, email: str) -> str:
    """The token of a new session of a seeded account."""
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    request = urllib.request.Request(f"{origin}/api/auth/login", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]["token"]
