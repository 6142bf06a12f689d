"""`make conformance` passes behind a cache that does to the API what CloudFront does as template.yaml configures it."""

import copy
import re
import time
import unittest

from support import ROOT, Platform
from tampering import NO_LIMITS, Proxy, Request, Response, checked

from local_platform import PASSWORD

# The errors that CloudFront caches for ten seconds, even if they are `no-store`, unless the template says otherwise.
CACHED_ERRORS, ERROR_SECONDS = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}, 10
# What a cache repeats in a 304.
NOT_MODIFIED_HEADERS = {"cache-control", "date", "etag", "vary"}
CONDITIONAL = {"if-none-match", "if-modified-since"}


def headers_of(policy: str) -> set[str]:
    """The request headers that a policy of the template names."""
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    block = template.split(f"\n  {policy}:\n")[1].split("\n\n")[0]
    listed = re.search(r"\n +Headers:(?: \[(.*)\]|((?:\n +- .*)+))", block)
    return set(re.findall(r"[\w-]{2,}", (listed[1] or listed[2]).lower()))


def error_seconds() -> dict[int, int]:
    """For how long the template lets CloudFront cache each error."""
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    found = re.findall(r"\{ ErrorCode: (\d+), ErrorCachingMinTTL: (\d+) \}", template)
    return {int(code): int(seconds) for code, seconds in found}


class Distribution(Proxy):
    """CloudFront in front of a platform. A test may set `own`, CloudFront's own answer to every request."""

    def __init__(self, platform: Platform):
        super().__init__(platform)
        self.key_headers = headers_of("ApiCachePolicy")
        self.forwarded = self.key_headers | headers_of("ApiRequestPolicy") | CONDITIONAL
        self.error_seconds = error_seconds()
        # Responses by their key, with when they were stored and for how long.
        self.stored: dict[tuple, tuple[Response, float, float]] = {}
        self.hits = 0
        self.own: tuple[int, str] | None = None

    def passed(self, host: str, asked: Request) -> Response:
        if self.own:
            headers = {"Server": "CloudFront", "X-Cache": "Error from cloudfront", "Content-Type": "text/html"}
            return Response(self.own[0], headers, self.own[1].encode())
        asked.path = re.sub(r"^/api/v1/", "/api/", asked.path)
        accepts_gzip = "gzip" in asked.headers.get("accept-encoding", "")
        key = (asked.path, accepts_gzip, *(asked.headers.get(name) for name in sorted(self.key_headers)))
        response = self.from_cache(asked, key)
        if response is None:
            response = self.from_origin(host, asked, accepts_gzip)
            self.store(asked, key, response)
            response.headers["x-cache"] = "Miss from cloudfront" if response.status < 400 else "Error from cloudfront"
        response.headers |= {"via": "1.1 x.cloudfront.net (CloudFront)", "x-amz-cf-pop": "FRA56-P1", "x-amz-cf-id": "x"}
        response.headers = {name.title(): value for name, value in response.headers.items()}
        return response

    def from_origin(self, host: str, asked: Request, accepts_gzip: bool) -> Response:
        kept = {name: value for name, value in asked.headers.items() if name in self.forwarded}
        kept |= {"accept-encoding": "gzip"} if accepts_gzip else {}
        kept |= {"content-length": str(len(asked.body))} if asked.body else {}
        return super().passed(host, Request(asked.method, asked.path, kept, asked.body))

    def from_cache(self, asked: Request, key: tuple) -> Response | None:
        stored, since, seconds = self.stored.get(key, (None, 0, 0))
        age = time.monotonic() - since
        if asked.method not in ("GET", "HEAD") or stored is None or age >= seconds:
            return None
        self.hits += 1
        response = copy.deepcopy(stored)
        if response.status == 200 and asked.headers.get("if-none-match") == response.headers.get("etag"):
            headers = {name: value for name, value in response.headers.items() if name in NOT_MODIFIED_HEADERS}
            response = Response(304, headers, b"")
        response.headers |= {"age": str(round(age)), "x-cache": "Hit from cloudfront"}
        return response

    def store(self, asked: Request, key: tuple, response: Response) -> None:
        seconds = re.fullmatch(r"public, max-age=(\d+).*", response.headers.get("cache-control", ""))
        if asked.method != "GET" or response.status == 304:
            return
        if response.status in CACHED_ERRORS:
            seconds_in_template = self.error_seconds.get(response.status, ERROR_SECONDS)
            self.stored[key] = copy.deepcopy(response), time.monotonic(), seconds_in_template
        elif seconds and response.status == 200:
            self.stored[key] = copy.deepcopy(response), time.monotonic(), int(seconds[1])


class BehindCloudFront(unittest.TestCase):
    """What CloudFront adds, leaves out and keeps breaks no rule, and hides no broken one."""

    @classmethod
    def setUpClass(cls):
        cls.platform = cls.enterClassContext(Platform.in_memory(**NO_LIMITS))

    def test_no_error_is_cached(self):
        self.assertEqual(error_seconds(), dict.fromkeys(CACHED_ERRORS, 0))

    def test_the_platform_passes_behind_cloudfront(self):
        with Distribution(self.platform) as distribution:
            status, printed = checked(distribution.url, "", allowed_origin=self.platform.url)
            self.assertGreater(distribution.hits, 50)
        self.assertEqual(status, 0, printed)

    def test_a_subscriber_passes_behind_cloudfront(self):
        with Distribution(self.platform) as distribution:
            status, printed = checked(distribution.url, "", email="premium@marquee.test", password=PASSWORD)
        self.assertEqual(status, 0, printed)
        self.assertIn("pass  streams:", printed)

    def test_an_address_without_https_is_one_message(self):
        with Distribution(self.platform) as distribution:
            distribution.own = 403, "<html><h1>403 ERROR</h1>Bad request.</html>"
            status, printed = checked(distribution.url, "")
        self.assertEqual(status, 1)
        self.assertIn("GET /api/health -> 403: CloudFront's own answer", printed)
        self.assertEqual(len(printed.splitlines()), 1, printed)

    def test_a_cached_catalogue_that_varies_by_nothing_is_still_found(self):
        class Varying(Distribution):
            def from_origin(self, *request):
                response = super().from_origin(*request)
                response.headers.pop("vary", None)
                return response

        with Varying(self.platform) as distribution:
            status, printed = checked(distribution.url, "catalogue-cache-headers")
        self.assertEqual(status, 1)
        self.assertIn("FAIL  catalogue-cache-headers:", printed)

    def test_an_error_of_the_gateway_is_named_by_the_rule_that_met_it_alone(self):
        class Failing(Distribution):
            def from_origin(self, host, asked, accepts_gzip):
                if asked.path == "/api/plans":
                    return Response(503, {"content-type": "application/json"}, b'{"message":"Service Unavailable"}')
                return super().from_origin(host, asked, accepts_gzip)

        with Failing(self.platform) as distribution:
            status, printed = checked(distribution.url, "plans error-form security-headers request-ids")
        self.assertEqual(status, 1)
        self.assertIn("FAIL  plans:", printed)
        self.assertIn("1 failed", printed)


if __name__ == "__main__":
    unittest.main()
