"""§2: forms of responses, caching, compression, CORS, lists and input."""

import json
import secrets

from .client import Answer
from .rule import Skipped, expect, expect_equal, rule
from .service import Service

RESPONSES = "§2 Responses"
LISTS = "§2 Lists and input"
UNKNOWN_ID = "01890000-0000-7000-8000-000000000000"
PUBLIC_CACHE = "public, max-age=60, stale-while-revalidate=300"
BODY_BYTES_MAX = 32 * 1024
DEPTH_MAX = 32
EXPOSED = {"etag", "x-request-id", "retry-after", "ratelimit", "ratelimit-policy"}
OTHER_ORIGIN = "https://conformance.invalid"


def catalogue(service: Service) -> list[str]:
    """Reads of the public catalogue."""
    paths = ["/api/videos", "/api/categories", "/api/series"]
    if service.videos:
        paths += [f"/api/titles/{service.video['id']}", f"/api/titles/{service.video['id']}/related"]
    if service.series:
        series = service.series[0]["id"]
        paths += [f"/api/series/{series}", f"/api/series/{series}/episodes"]
    return paths


def uncached(path: str) -> str:
    """The path for a response that no cache has: a cached one may be older than another that it is compared with."""
    return f"{path}{'&' if '?' in path else '?'}conformance={secrets.token_hex(8)}"


def words(header: str) -> set[str]:
    return {word.strip().lower() for word in header.split(",") if word.strip()}


@rule(RESPONSES, "GET /api/health answers 200")
def health(service: Service) -> None:
    expect(service.anyone.get("/api/health").data, "there is no data")


@rule(RESPONSES, "An unknown path is 404 NOT_FOUND in the standard form")
def unknown_path(service: Service) -> None:
    for path in ("/api/conformance/nowhere", "/api/v1/conformance/nowhere", "/api/v2/health"):
        service.anyone.get(path).refused(404, "NOT_FOUND")


@rule(RESPONSES, "A wrong method is 405 METHOD_NOT_ALLOWED and lists the allowed ones")
def wrong_method(service: Service) -> None:
    for method, path, allowed in (("POST", "/api/videos", "GET"), ("GET", "/api/auth/login", "POST")):
        answer = service.anyone.send(method, path).refused(405, "METHOD_NOT_ALLOWED")
        expect(allowed.lower() in words(answer.header("allow")), f"{answer}: Allow is {answer.header('allow')!r}")


@rule(RESPONSES, "/api/v1 answers as /api does")
def version_in_the_path(service: Service) -> None:
    for path in ("videos?limit=2", "categories", "openapi.json"):
        plain, versioned = service.anyone.get(f"/api/{path}").succeeded(), service.anyone.get(f"/api/v1/{path}").succeeded()
        expect_equal(versioned.json, plain.json, f"the body of /api/v1/{path}")
        expect_equal(versioned.header("etag"), plain.header("etag"), f"the ETag of /api/v1/{path}")
    service.anyone.get("/api/v1/auth/me").refused(401, "UNAUTHENTICATED")


@rule(RESPONSES, "HEAD of public reads has the status and headers of GET, and no body")
def head(service: Service) -> None:
    for path in ("/api/health", *catalogue(service)):
        get, answer = service.anyone.get(path), service.anyone.send("HEAD", path)
        expect_equal((answer.status, answer.body), (get.status, b""), f"HEAD {path}: status and body")
        for name in ("content-type", "cache-control", "etag"):
            expect_equal(answer.header(name), get.header(name), f"HEAD {path}: {name}")


@rule(RESPONSES, "/api/openapi.json is the bare document")
def openapi_document(service: Service) -> None:
    content = service.document.content
    expect(str(content.get("openapi", "")).startswith("3."), "there is no `openapi: 3.…`")
    expect("success" not in content, "the document is in an envelope")


@rule(RESPONSES, "Public reads may be cached for a minute, by encoding and origin")
def catalogue_cache_headers(service: Service) -> None:
    for path in catalogue(service):
        answer = service.anyone.get(path).succeeded()
        expect_equal(answer.header("cache-control"), PUBLIC_CACHE, f"{path}: Cache-Control")
        expect({"accept-encoding", "origin"} <= words(answer.header("vary")), f"{path}: Vary is {answer.header('vary')!r}")


@rule(RESPONSES, "Public reads have a weak ETag; sent back in If-None-Match, it gets a 304 without a body")
def etag(service: Service) -> None:
    for path in catalogue(service):
        tag = service.anyone.get(path).succeeded().header("etag")
        expect(tag.startswith('W/"') and tag.endswith('"'), f"{path}: the ETag is {tag!r}")
        current = service.anyone.get(path, if_none_match=tag)
        expect_equal((current.status, current.body), (304, b""), f"{path} with its ETag: status and body")
        expect_equal(current.header("etag"), tag, f"{path}: the ETag of the 304")
        expect_equal(service.anyone.get(path, if_none_match='W/"another"').status, 200, f"{path} with another ETag: the status")


@rule(RESPONSES, "Public reads are the same for everybody")
def catalogue_without_caller(service: Service) -> None:
    for path in map(uncached, catalogue(service)):
        anyone, viewer = service.anyone.get(path).succeeded(), service.viewer.get(path).succeeded()
        expect_equal(viewer.json, anyone.json, f"{path}: the body with a token")
        expect_equal(viewer.header("etag"), anyone.header("etag"), f"{path}: the ETag with a token")


@rule(RESPONSES, "No public response names a video's file or a provider's id")
def catalogue_without_secrets(service: Service) -> None:
    for path in catalogue(service):
        text = service.anyone.get(path).succeeded().content.decode()
        for name in ("mux_asset_id", "mux_playback_id", "mux_upload_id", "stripe_customer_id", "playback_session_id"):
            expect(f'"{name}"' not in text, f"{path} has {name}")


@rule(RESPONSES, "Large responses are compressed for clients that accept it, and only for them")
def compression(service: Service) -> None:
    path = "/api/videos?limit=100"
    plain = service.anyone.get(path, accept_encoding="identity").succeeded()
    expect_equal(plain.header("content-encoding"), "", f"{path} without gzip: Content-Encoding")
    refused = service.anyone.get(path, accept_encoding="gzip;q=0").succeeded()
    # AWS does not say whether CloudFront reads q=0 when it reduces the header to `gzip` or nothing.
    if not refused.is_behind_cloudfront:
        expect_equal(refused.header("content-encoding"), "", f"{path} with gzip;q=0: Content-Encoding")
    if len(plain.body) <= 1024:
        raise Skipped("the catalogue is too small to be compressed")
    packed = service.anyone.get(path, accept_encoding="gzip").succeeded()
    expect_equal(packed.header("content-encoding"), "gzip", f"{path} with gzip: Content-Encoding")
    expect_equal(packed.json, plain.json, f"{path}: the content with gzip")


@rule(RESPONSES, "Another website's page may not read responses, and credentials are never allowed")
def foreign_origin(service: Service) -> None:
    preflight = {"access_control_request_method": "GET", "access_control_request_headers": "authorization"}
    answers = [
        service.anyone.send("OPTIONS", "/api/videos", origin=OTHER_ORIGIN, **preflight),
        service.anyone.get("/api/videos", origin=OTHER_ORIGIN),
        service.anyone.get("/api/auth/me", origin=OTHER_ORIGIN),
    ]
    for answer in answers:
        allowed = answer.header("access-control-allow-origin")
        expect(allowed == "", f"{answer}: Access-Control-Allow-Origin is {allowed!r}")
        expect_equal(answer.header("access-control-allow-credentials"), "", f"{answer}: Access-Control-Allow-Credentials")


@rule(RESPONSES, "Pages of the service's own origins may read responses and their headers")
def allowed_origin(service: Service) -> None:
    origin = service.allowed_origin or service.client.origin
    asked = {"access_control_request_method": "PUT", "access_control_request_headers": "authorization,content-type"}
    preflight = service.anyone.send("OPTIONS", "/api/preferences", origin=origin, **asked)
    if not service.allowed_origin and not preflight.header("access-control-allow-origin"):
        raise Skipped(f"{origin} is not among its CorsOrigins: set ORIGIN to one that is")
    expect(200 <= preflight.status < 300, str(preflight))
    allowed = words(preflight.header("access-control-allow-headers"))
    expect({"authorization", "content-type"} <= allowed, f"allowed headers are {sorted(allowed)}")
    for answer in (preflight, service.anyone.get("/api/videos", origin=origin), service.anyone.get("/api/auth/me", origin=origin)):
        expect_equal(answer.header("access-control-allow-origin"), origin, f"{answer}: Access-Control-Allow-Origin")
        expect_equal(answer.header("access-control-allow-credentials"), "", f"{answer}: Access-Control-Allow-Credentials")
    exposed = words(answer.header("access-control-expose-headers"))
    expect(exposed >= EXPOSED, f"exposed headers lack {sorted(EXPOSED - exposed)}")


def pages(service: Service, path: str, limit: int) -> list[list]:
    """Every page of a list, by its cursors."""
    path, found, cursor = uncached(path), [], None
    while True:
        answer = service.anyone.get(f"{path}&limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        page = answer.data
        pagination = answer.json.get("pagination")
        expect(isinstance(pagination, dict) and set(pagination) >= {"limit", "next_cursor"}, f"{answer}: pagination is {pagination}")
        expect_equal(pagination["limit"], limit, f"{answer}: pagination.limit")
        expect(len(page) <= limit, f"{answer}: {len(page)} items")
        found.append(page)
        cursor = pagination["next_cursor"]
        if cursor is None or len(found) > 100:
            return found


def first_cursor(service: Service, query: str = "") -> str:
    """The cursor of the second page of videos."""
    cursor = service.anyone.get(f"/api/videos?limit=1{query}").succeeded().json["pagination"]["next_cursor"]
    if cursor is None:
        raise Skipped("the catalogue has only one video")
    return cursor


@rule(LISTS, "The pages of a list contain each item once, in the order of the whole list")
def pagination(service: Service) -> None:
    whole = [video["id"] for page in pages(service, "/api/videos", 100) for video in page]
    size = max(2, len(whole) // 4)
    paged = [video["id"] for page in pages(service, "/api/videos", size) for video in page]
    expect_equal(len(set(paged)), len(paged), "the number of different ids")
    expect_equal(paged, whole, f"the list in pages of {size}")


@rule(LISTS, "The limit may change from page to page")
def limit_between_pages(service: Service) -> None:
    wanted = [video["id"] for video in service.videos[1:4]]
    answer = service.anyone.get(f"/api/videos?limit=3&cursor={first_cursor(service)}")
    expect_equal([video["id"] for video in answer.data], wanted, "the items after the first")


@rule(LISTS, "A modified cursor is INVALID_CURSOR")
def tampered_cursor(service: Service) -> None:
    cursor = first_cursor(service)
    middle = len(cursor) // 2
    changed = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    for wrong in (changed, cursor[:-4], "nonsense"):
        service.anyone.get(f"/api/videos?limit=1&cursor={wrong}").refused(400, "INVALID_CURSOR")


@rule(LISTS, "A cursor with another order, filter or list is INVALID_CURSOR")
def cursor_of_another_query(service: Service) -> None:
    cursor = first_cursor(service)
    for path in ("/api/videos?sort=title", "/api/videos?required_plan=free", "/api/series?limit=1"):
        service.anyone.get(f"{path}&cursor={cursor}").refused(400, "INVALID_CURSOR")


@rule(LISTS, "Unknown query parameters are ignored")
def unknown_query(service: Service) -> None:
    plain, extra = service.anyone.get("/api/videos?limit=2"), service.anyone.get("/api/videos?limit=2&conformance=1")
    expect_equal(extra.data, plain.data, "the list with an unknown parameter")


@rule(LISTS, "Invalid values of known query parameters are refused, and the parameter is named")
def invalid_query(service: Service) -> None:
    for name, value in (("limit", "0"), ("limit", "101"), ("limit", "x"), ("sort", "nonsense"), ("required_plan", "nonsense")):
        answer = service.anyone.get(f"/api/videos?{name}={value}").refused(400, "VALIDATION_ERROR")
        expect_equal(fields_of(answer), {name}, f"{answer}: the refused fields")


def fields_of(answer: Answer) -> set[str]:
    """The fields that a response refuses."""
    details = answer.error.get("details")
    is_list = isinstance(details, list) and all(isinstance(one, dict) and {"field", "issue"} <= set(one) for one in details)
    expect(is_list, f"{answer}: details are {details}")
    return {one["field"] for one in details}


@rule(LISTS, "A malformed or unknown id is 404 NOT_FOUND")
def unknown_id(service: Service) -> None:
    for id in ("nonsense", UNKNOWN_ID):
        service.anyone.get(f"/api/titles/{id}").refused(404, "NOT_FOUND")
        service.anyone.get(f"/api/series/{id}").refused(404, "NOT_FOUND")
        service.viewer.get(f"/api/videos/{id}").refused(404, "NOT_FOUND")
        service.viewer.get(f"/api/videos/{id}/play").refused(404, "NOT_FOUND")


@rule(LISTS, "All problems of a body are reported at once, unknown fields included")
def all_issues_at_once(service: Service) -> None:
    answer = service.viewer.patch("/api/preferences", {"speed": "fast", "autoplay": 1, "conformance": True})
    answer.refused(400, "VALIDATION_ERROR")
    expect_equal(fields_of(answer), {"speed", "autoplay", "conformance"}, "the refused fields")


@rule(LISTS, "Bad syntax, a repeated key, a depth over 32 and text that is not UTF-8 are INVALID_JSON")
def invalid_json(service: Service) -> None:
    deep = "[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1)
    bodies = [b'{"speed":', b'{"autoplay": true, "autoplay": true}', f'{{"x": {deep}}}'.encode(), b'{"speed": "\xff"}']
    for body in bodies:
        answer = service.viewer.patch("/api/preferences", body, content_type="application/json")
        answer.refused(400, "INVALID_JSON")


@rule(LISTS, "A body has to be application/json, with or without its charset")
def content_type(service: Service) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        service.viewer.patch("/api/preferences", b'{"autoplay": true}', content_type=kind).refused(415, "UNSUPPORTED_MEDIA_TYPE")
    body = json.dumps({"autoplay": service.viewer.get("/api/preferences").data["autoplay"]}).encode()
    service.viewer.patch("/api/preferences", body, content_type="application/json; charset=utf-8").succeeded()


@rule(LISTS, "A body over 32 KiB is 413 PAYLOAD_TOO_LARGE")
def body_size(service: Service) -> None:
    body = json.dumps({"conformance": "x" * BODY_BYTES_MAX}).encode()
    service.viewer.patch("/api/preferences", body, content_type="application/json").refused(413, "PAYLOAD_TOO_LARGE")


@rule(LISTS, "Size is checked before the content type, and that before the token")
def order_of_checks(service: Service) -> None:
    large = b"x" * (BODY_BYTES_MAX + 1)
    service.anyone.patch("/api/preferences", large, content_type="text/plain").refused(413, "PAYLOAD_TOO_LARGE")
    service.anyone.patch("/api/preferences", b"x", content_type="text/plain").refused(415, "UNSUPPORTED_MEDIA_TYPE")
    service.anyone.patch("/api/preferences", {"conformance": 1}).refused(401, "UNAUTHENTICATED")
