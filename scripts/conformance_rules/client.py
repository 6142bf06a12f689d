"""The HTTP client of the rules: it shows every header, follows no redirects, decodes and retries nothing, and records every exchange."""

import gzip
import http.client
import json
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from .rule import Broken, Skipped, expect, expect_equal

REQUEST_SECONDS_MAX = 30
# How many requests to leave for others at the same address: below this number, the rules send no more without a token.
ADDRESS_REQUESTS_KEPT = 10


@dataclass(frozen=True)
class Answer:
    """A request and its response."""

    method: str
    path: str
    # The request's headers, with names in lower case.
    sent: Mapping[str, str]
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """A response header; empty if there is none."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def is_from_cache(self) -> bool:
        """Whether a cache on the way gave it, such as CloudFront."""
        return bool(self.header("age")) or "hit from" in self.header("x-cache").lower()

    @property
    def is_behind_cloudfront(self) -> bool:
        return bool(self.header("x-amz-cf-id"))

    @property
    def is_of_a_function(self) -> bool:
        """Whether a function made it. The gateway and CloudFront answer preflights, and requests that reach no function."""
        return self.method != "OPTIONS" and (self.status < 500 or bool(self.header("x-request-id")))

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status} {self.code}".rstrip()

    @property
    def content(self) -> bytes:
        """The body without its compression."""
        try:
            return gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body
        except OSError as error:
            raise Broken(f"{self.method} {self.path}: the body is not gzip: {error}") from None

    @property
    def json(self) -> object:
        try:
            return json.loads(self.content)
        except ValueError:
            raise Broken(f"{self.method} {self.path} -> {self.status}: the body is not JSON: {self.content[:80]!r}") from None

    @property
    def data(self) -> object:
        """The `data` of a successful response."""
        expect(200 <= self.status < 300, str(self))
        body = self.json
        expect(isinstance(body, dict) and body.get("success") is True and "data" in body, f"{self}: no data: {str(body)[:80]}")
        return body["data"]

    @property
    def error(self) -> dict:
        """The `error` of a refused request; empty if there is none."""
        try:
            body = json.loads(self.content)
        except (ValueError, Broken):
            return {}
        error = body.get("error") if isinstance(body, dict) else None
        return error if isinstance(error, dict) else {}

    @property
    def code(self) -> str:
        return str(self.error.get("code", ""))

    def refused(self, status: int, code: str) -> "Answer":
        """Expects a refusal with this status and code."""
        expect_equal((self.status, self.code), (status, code), f"{self.method} {self.path}: the refusal")
        return self

    def succeeded(self, status: int = 200) -> "Answer":
        expect_equal(self.status, status, f"{self}: the status")
        return self


class Limited(Broken):
    """A request was refused by a limit."""

    def __init__(self, answer: Answer):
        super().__init__(f"{answer}: refused by a limit; repeat it in {answer.header('retry-after') or 'some'} s")
        self.seconds = answer.header("retry-after")


class Client:
    """Sends requests to one service."""

    def __init__(self, origin: str):
        self.origin = origin.rstrip("/")
        parts = urllib.parse.urlsplit(self.origin)
        self.is_secure, self.host = parts.scheme == "https", parts.netloc
        self.answers: list[Answer] = []
        # What is left of the address's limit, and until when, as the last response without a token said.
        self.address_left: tuple[int, float] | None = None

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
        sent = {"accept-encoding": "gzip"} | {name.lower(): value for name, value in (headers or {}).items()}
        if "authorization" not in sent and (method not in ("GET", "HEAD", "OPTIONS") or path.startswith("/api/auth/")):
            self.spare_the_address()
        connect = http.client.HTTPSConnection if self.is_secure else http.client.HTTPConnection
        connection = connect(self.host, timeout=REQUEST_SECONDS_MAX)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(method, path, sent, response.status, tuple(response.getheaders()), response.read())
        except (OSError, http.client.HTTPException) as error:
            raise Broken(f"{method} {path}: no answer: {error or type(error).__name__}") from None
        finally:
            connection.close()
        self.answers.append(answer)
        self.note_limit(answer)
        if answer.status == 429:
            raise Limited(answer)
        return answer

    def spare_the_address(self) -> None:
        """Stops before the address's limit would refuse others behind the same address."""
        if self.address_left is None:
            return
        left, until = self.address_left
        if left < ADDRESS_REQUESTS_KEPT and time.monotonic() < until:
            seconds = round(until - time.monotonic())
            raise Skipped(f"this address has only {left} requests without a token left; repeat it in {seconds} s")

    def note_limit(self, answer: Answer) -> None:
        if answer.is_from_cache:
            return
        name, *fields = answer.header("ratelimit").split(";")
        values = dict(field.split("=", 1) for field in fields if "=" in field)
        if name == '"address"' and values.get("r", "").isdigit() and values.get("t", "").isdigit():
            self.address_left = int(values["r"]), time.monotonic() + int(values["t"])


@dataclass(frozen=True)
class Caller:
    """Somebody who makes requests: anybody, or the holder of a token."""

    client: Client
    token: str | None = None

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """A request with a JSON body, if there is one. Headers are named with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("authorization", f"Bearer {self.token}")
        data = None
        if isinstance(body, bytes):
            data = body
        elif body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        return self.client.send(method, path, sent, data)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: object = None) -> Answer:
        return self.send("PUT", path, body)

    def patch(self, path: str, body: object, **headers: str) -> Answer:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, body: object = None) -> Answer:
        return self.send("DELETE", path, body)
