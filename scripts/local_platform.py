"""The local platform for scripts and their tests: starts one or finds a running one, signs in, and calls its console."""

import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from common import ROOT, fail

TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BINARY = TARGET / "debug/local"
# The first start draws and encodes the demo films.
START_SECONDS_MAX = 600
STOP_SECONDS_MAX = 20
# The password of every seeded account.
PASSWORD = "marquee-demo"


def port() -> int:
    """The first of the platform's five ports, as the platform itself reads it."""
    return int(os.environ.get("PORT", "3000"))


def own_port() -> int:
    """The port after the platform's: where `make dev`, `make watch` and `make sam-local` serve."""
    return port() + 5


def five_free_ports() -> int:
    """The first of five consecutive free ports, which a platform needs."""
    while True:
        first = random.randint(10_000, 60_000)
        with contextlib.ExitStack() as probes:
            try:
                for number in range(first, first + 5):
                    probes.enter_context(socket.socket()).bind(("127.0.0.1", number))
            except OSError:
                continue
            return first


class Platform:
    """A platform that this script started, or one that is running already."""

    def __init__(self, process: subprocess.Popen | None = None, first_port: int | None = None):
        self.process = process
        first = port() if first_port is None else first_port
        self.url, self.stripe, self.mux, self.aws, self.console = (
            f"http://127.0.0.1:{first + offset}" for offset in range(5)
        )

    @classmethod
    def start(cls, **environment: str) -> "Platform":
        """Starts the built platform and waits until it is ready. Nothing is left running if that fails or is interrupted."""
        if cls().is_ready():
            fail(f"a platform is running at {cls().url} already: stop it, or set PORT to the first of six free ports")
        # Not in the terminal's process group: the script itself stops it last.
        platform = cls(subprocess.Popen([BINARY], cwd=ROOT, env=os.environ | environment, start_new_session=True))
        try:
            platform.wait_until_ready("its own message is above")
        except BaseException:
            platform.stop()
            raise
        return platform

    @classmethod
    @contextlib.contextmanager
    def in_memory(cls, log: pathlib.Path | None = None, seed: str = "demo", **parameters: str) -> Iterator["Platform"]:
        """A platform on free ports that keeps nothing. The parameters are those of template.yaml; its log lines go to a file."""
        first = five_free_ports()
        settings = {"PORT": str(first), "DATA_DIR": ":memory:", "SEED": seed}
        with open(log or os.devnull, "w") as lines:
            process = subprocess.Popen([BINARY], cwd=ROOT, env=os.environ | settings | parameters, stdout=lines, stderr=lines)
        platform = cls(process, first)
        try:
            platform.wait_until_ready(f"see {log}" if log else "run target/debug/local to see why")
            yield platform
        finally:
            platform.stop()

    def wait_until_ready(self, advice: str) -> None:
        """Waits for the process to serve. Ends the script with the advice if it does not."""
        until = time.monotonic() + START_SECONDS_MAX
        while not self.is_ready():
            if self.process.poll() is not None:
                fail(f"the platform did not start; {advice}")
            if time.monotonic() > until:
                fail(f"the platform was not ready after {START_SECONDS_MAX} s")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops the process, if this script started it."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def sign_in(self, email: str) -> str:
        """The token of a new session of a seeded account."""
        body = json.dumps({"email": email, "password": PASSWORD}).encode()
        request = urllib.request.Request(f"{self.url}/api/auth/login", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["data"]["token"]

    def ask(self, path: str, body: object = None) -> dict:
        """Calls the console: GET, or POST with a body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.console + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            fail(f"the console answered {error.code}: {json.load(error).get('error')}")
        except urllib.error.URLError as error:
            fail(f"no platform at {self.console} ({error.reason}): start one with make run, watch, dev or sam-local")

    def functions(self) -> dict[str, dict]:
        """Every function: its logical id, routes, timeout, `environment` and `sdk_environment`.

        `environment` has the template's variables. `sdk_environment` has those of the AWS SDK, with the function's own keys.
        """
        return self.ask("/functions")["functions"]

    def warn_of_moved_clock(self) -> None:
        """Warns that functions in separate processes use real time, not the platform's clock."""
        ahead = self.ask("/clock")["offset_seconds"]
        if ahead:
            print(
                f"Note: the platform's clock was moved {ahead} s ahead. Functions outside the platform use real time, so"
                " they refuse its new tokens, and see its new subscriptions as not yet begun. For both to agree, start with"
                " another DATA_DIR, or delete this one.",
                flush=True,
            )
