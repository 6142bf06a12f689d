"""A proxy in front of a platform that changes requests and responses, for the tests of `make conformance`."""

import contextlib
import dataclasses
import gzip
import http.client
import http.server
import io
import json
import threading
import unittest
import urllib.parse
from collections.abc import Callable

from support import Platform

from conformance_rules import run as rules
from conformance_rules.service import Service

NO_LIMITS = {"LimitAddressRequests": "1000000", "LimitUserRequests": "1000000", "LimitCatalogueRequests": "1000000"}


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def change(self, **fields: object) -> None:
        """Changes fields of the body; `None` removes one."""
        body = json.loads(self.body) | fields
        self.body = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        self.headers["content-length"] = str(len(self.body))


@dataclasses.dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)

    def change(self, **fields: object) -> None:
        """Changes fields of `data`."""
        body = self.json
        self.become(self.status, body | {"data": body["data"] | fields})

    def become(self, status: int, body: object) -> None:
        self.status, self.body = status, json.dumps(body).encode()
        self.headers.pop("content-encoding", None)

    def become_error(self, status: int, code: str) -> None:
        error = {"code": code, "message": "Tampered with.", "request_id": self.headers.get("x-request-id", "")}
        self.become(status, {"success": False, "error": error})


class Proxy:
    """Passes requests to a platform. `ask` may change a request, and `answer` a response."""

    def __init__(self, platform: Platform, ask: Callable | None = None, answer: Callable | None = None):
        host = urllib.parse.urlsplit(platform.url).netloc
        proxy = self
        self.ask, self.answer = ask, answer

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked = Request(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                response = proxy.passed(host, asked)
                self.send_response_only(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                if response.status != 304:
                    self.send_header("content-length", str(len(response.body)))
                self.send_header("connection", "close")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(response.body)
                self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = pass_on

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def passed(self, host: str, asked: Request) -> Response:
        if self.ask:
            self.ask(asked)
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.request(asked.method, asked.path, asked.body or None, asked.headers | {"host": host})
        got = connection.getresponse()
        dropped = {"content-length", "transfer-encoding", "connection"}
        headers = {name.lower(): value for name, value in got.getheaders() if name.lower() not in dropped}
        response = Response(got.status, headers, got.read())
        connection.close()
        if self.answer:
            self.answer(asked, response)
        return response

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def checked(url: str, only: str, **settings: str) -> tuple[int, str]:
    """Checks some rules in this process. Returns the exit status and what was printed."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        status = rules.check(Service(url, **settings), only.split())
    return status, printed.getvalue()


class TamperingCase(unittest.TestCase):
    """Tests whose proxy breaks one rule at a time, and the check names it."""

    @classmethod
    def setUpClass(cls):
        cls.platform = cls.enterClassContext(Platform.in_memory(**NO_LIMITS))

    def broken(self, rule: str, ask: Callable | None = None, answer: Callable | None = None, passes: str = "") -> str:
        """Expects a rule to fail behind the proxy, and another one to pass. Returns what was printed.

        Without the proxy, all rules hold: that is the claim of other tests.
        """
        with Proxy(self.platform, ask, answer) as proxy:
            status, printed = checked(proxy.url, f"{rule} {passes}")
        self.assertEqual(status, 1, printed)
        self.assertIn(f"FAIL  {rule}:", printed)
        if passes:
            self.assertIn(f"pass  {passes}:", printed)
        return printed
