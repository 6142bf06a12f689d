"""Rules about every response that the other rules received. They are checked last."""

import re

from .client import Answer
from .rule import Skipped, expect, expect_equal, rule
from .service import Service

EVERY = "§2 Every response"
SECURITY_HEADERS = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-site",
}
STATUS_OF = {
    400: "INVALID_JSON VALIDATION_ERROR INVALID_CURSOR INVALID_SIGNATURE AUTHORIZATION_PENDING SLOW_DOWN ACCESS_DENIED EXPIRED_TOKEN",
    401: "UNAUTHENTICATED TOKEN_EXPIRED SESSION_REVOKED INVALID_CREDENTIALS SECOND_FACTOR_REQUIRED",
    402: "CARD_DECLINED PAYMENT_ACTION_REQUIRED",
    403: "FORBIDDEN REAUTHENTICATION_REQUIRED SUBSCRIPTION_REQUIRED SUBSCRIPTION_EXPIRED PAYMENT_OVERDUE PLAN_UPGRADE_REQUIRED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "EMAIL_TAKEN ALREADY_SUBSCRIBED VIDEO_NOT_READY STREAM_LIMIT_REACHED STREAM_STOPPED IDEMPOTENCY_CONFLICT CONFLICT",
    410: "CODE_EXPIRED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    500: "INTERNAL",
    502: "PAYMENT_PROVIDER_UNAVAILABLE VIDEO_PROVIDER_UNAVAILABLE",
    503: "UNAVAILABLE",
}
# A session's token, wherever it is in a response.
TOKEN = re.compile(rb'"token"\s*:\s*"')
EXAMPLES_MAX = 3


def of_functions(service: Service) -> list[Answer]:
    """The responses of functions. A cache's 304 repeats only a few headers, because the client has the others."""
    answers = [answer for answer in service.client.answers if answer.is_of_a_function]
    answers = [answer for answer in answers if not (answer.status == 304 and answer.is_from_cache)]
    if not answers:
        raise Skipped("no other rule was checked")
    return answers


def expect_none(problems: list[str]) -> None:
    more = f"; and {len(problems) - EXAMPLES_MAX} more" if len(problems) > EXAMPLES_MAX else ""
    expect(not problems, "; ".join(problems[:EXAMPLES_MAX]) + more)


@rule(EVERY, "Security headers are on every response")
def security_headers(service: Service) -> None:
    expect_none([
        f"{answer}: {name} is {answer.header(name)!r}"
        for answer in of_functions(service)
        for name, value in SECURITY_HEADERS.items()
        if answer.header(name) != value
    ])


@rule(EVERY, "Every response has an X-Request-Id of its own")
def request_ids(service: Service) -> None:
    answers = of_functions(service)
    expect_none([f"{answer}: there is no X-Request-Id" for answer in answers if not answer.header("x-request-id")])
    # A cache repeats a response with its id.
    ids = [answer.header("x-request-id") for answer in answers if not answer.is_from_cache]
    expect_equal(len(set(ids)), len(ids), "the number of different ids")


@rule(EVERY, "A success is {success: true, data}, with `pagination` if it is a page")
def success_form(service: Service) -> None:
    problems = []
    for answer in of_functions(service):
        if 200 <= answer.status < 300 and answer.method != "HEAD" and not answer.path.endswith("/openapi.json"):
            body = answer.json
            keys = sorted(body) if isinstance(body, dict) else []
            if not {"success", "data"} <= set(keys) or body["success"] is not True or "error" in keys:
                problems.append(f"{answer}: its keys are {keys}")
    expect_none(problems)


@rule(EVERY, "A refusal is {success: false, error}, with a code of its status, a message and the request's id")
def error_form(service: Service) -> None:
    problems = []
    for answer in of_functions(service):
        if answer.status < 400 or answer.method == "HEAD":
            continue
        error = answer.error
        if not error or answer.json.get("success") is not False or not error.get("message"):
            problems.append(f"{answer}: it is {answer.content[:60]!r}")
        elif answer.code not in STATUS_OF.get(answer.status, "").split():
            problems.append(f"{answer}: not a code of this status")
        elif answer.status in (429, 503) and not answer.header("retry-after"):
            problems.append(f"{answer}: there is no Retry-After")
        elif error.get("request_id") != answer.header("x-request-id"):
            problems.append(f"{answer}: request_id is not the X-Request-Id")
    expect_none(problems)


@rule(EVERY, "Every response has a Cache-Control, and it is no-store on routes that need a token and for every change")
def caching(service: Service) -> None:
    document, problems = service.document, []
    for answer in of_functions(service):
        value, operation = answer.header("cache-control"), document.operation_of(answer)
        is_private = answer.method not in ("GET", "HEAD") or (operation and operation[2].get("security"))
        if not value or (is_private and value != "no-store"):
            problems.append(f"{answer}: Cache-Control is {value!r}")
    expect_none(problems)


@rule(EVERY, "A response with a token is not compressed and not stored")
def tokens_are_not_compressed(service: Service) -> None:
    answers = [answer for answer in of_functions(service) if answer.status < 300 and TOKEN.search(answer.content)]
    answers = [answer for answer in answers if not answer.path.endswith("/openapi.json")]
    if not answers:
        raise Skipped("no response had a token")
    problems = [f"{answer}: it is compressed" for answer in answers if answer.header("content-encoding")]
    expect_none(problems + [f"{answer}: it may be stored" for answer in answers if answer.header("cache-control") != "no-store"])


@rule(EVERY, "Every response has the form that the API document describes")
def matches_the_document(service: Service) -> None:
    document = service.document
    if not document.can_validate:
        raise Skipped("the Python package jsonschema is missing: scripts/setup operate")
    problems = []
    for answer in of_functions(service):
        operation = document.operation_of(answer)
        if operation:
            problems += document.problems_of(answer, operation[1], operation[2])
    expect_none(problems)
