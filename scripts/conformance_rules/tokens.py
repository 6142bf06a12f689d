"""§3: accounts, tokens and sessions."""

import base64
import binascii
import json

from .client import Caller
from .rule import Skipped, expect, expect_equal, rule
from .service import Service

TOKENS = "§3 Tokens"
TOKEN_SECONDS = 7 * 86_400
CLAIMS = {"iss", "aud", "sub", "sid", "iat", "nbf", "exp"}
# Tokens older than the last exchange are refused a minute later; the margin is for this machine's clock.
GRACE_SECONDS = 62
# The time in a token is in whole seconds, so a token of the same second would be the same.
NEXT_SECOND = 1.1


def decoded(part: str) -> dict:
    """A part of a token. Clients must not do this: a token is opaque to them."""
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error):
        value = None
    expect(isinstance(value, dict), "a part of the token is not JSON")
    return value


def encoded(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def parts_of(token: str) -> list[str]:
    parts = token.split(".")
    expect_equal(len(parts), 3, "the number of parts of the token")
    return parts


def session_of(caller: Caller) -> str:
    return decoded(parts_of(caller.token)[1])["sid"]


def refreshed(service: Service, caller: Caller) -> Caller:
    return service.caller_of(caller.post("/api/auth/refresh").succeeded())


@rule(TOKENS, "Registering is 201 with a token and the user")
def register(service: Service) -> None:
    if not service.is_own_account:
        raise Skipped("EMAIL is set, so no account is created")
    service.viewer.get("/api/auth/me").succeeded()
    user = service.registration.data["user"]
    expect_equal((user["email"], user["role"]), (service.email, "viewer"), "address and role")


@rule(TOKENS, "Nobody can register an address twice")
def email_taken(service: Service) -> None:
    _ = service.viewer
    body = {"email": service.email.upper(), "password": service.password}
    service.anyone.post("/api/auth/register", body).refused(409, "EMAIL_TAKEN")


@rule(TOKENS, "Signing in is 200 with a token of the same user")
def login(service: Service) -> None:
    me, other = service.viewer.get("/api/auth/me").data, service.device(1).get("/api/auth/me").data
    expect_equal(other["id"], me["id"], "the user of the second session")


@rule(TOKENS, "A wrong password and an unknown address get the same 401 INVALID_CREDENTIALS")
def wrong_password(service: Service) -> None:
    _ = service.viewer
    unknown = "success+nobody@simulator.amazonses.com"
    answers = [
        service.anyone.post("/api/auth/login", {"email": email, "password": "not the password"}).refused(401, "INVALID_CREDENTIALS")
        for email in (service.email, unknown)
    ]
    expect_equal(answers[1].error["message"], answers[0].error["message"], "the message for an unknown address")


@rule(TOKENS, "A token is signed with EdDSA, names its key and session, and is valid for 7 days")
def token_claims(service: Service) -> None:
    header, claims = map(decoded, parts_of(service.viewer.token)[:2])
    expect_equal(header.get("alg"), "EdDSA", "alg")
    expect(header.get("kid"), "there is no kid")
    expect(set(claims) >= CLAIMS, f"the claims lack {sorted(CLAIMS - set(claims))}")
    expect_equal(claims["exp"] - claims["iat"], TOKEN_SECONDS, "exp - iat")


@rule(TOKENS, "Without a token, routes of viewers answer 401 UNAUTHENTICATED and WWW-Authenticate: Bearer")
def missing_token(service: Service) -> None:
    for path in ("/api/auth/me", "/api/home"):
        answer = service.anyone.get(path).refused(401, "UNAUTHENTICATED")
        expect(answer.header("www-authenticate").startswith("Bearer"), f"{path}: WWW-Authenticate is {answer.header('www-authenticate')!r}")


@rule(TOKENS, "A malformed token or another scheme is UNAUTHENTICATED")
def malformed_token(service: Service) -> None:
    for value in ("Bearer nonsense", "Bearer a.b.c", f"Basic {service.viewer.token}"):
        service.anyone.get("/api/auth/me", authorization=value).refused(401, "UNAUTHENTICATED")


@rule(TOKENS, "A token with other claims, another signature, no signature or `crit` is UNAUTHENTICATED")
def tampered_token(service: Service) -> None:
    header, payload, signature = parts_of(service.viewer.token)
    claims = decoded(payload)
    middle = len(signature) // 2
    forged = {
        "other claims": [header, encoded(claims | {"exp": claims["exp"] + 1}), signature],
        "another signature": [header, payload, signature[:middle] + ("A" if signature[middle] != "A" else "B") + signature[middle + 1 :]],
        "no signature": [encoded({"alg": "none", "typ": "JWT"}), payload, ""],
        "crit": [encoded(decoded(header) | {"crit": ["exp"]}), payload, signature],
    }
    for what, parts in forged.items():
        answer = Caller(service.client, ".".join(parts)).get("/api/auth/me")
        expect_equal((answer.status, answer.code), (401, "UNAUTHENTICATED"), f"the answer to a token with {what}")


@rule(TOKENS, "Signing out ends the session: the very next request is 401 SESSION_REVOKED, and so is a refresh")
def signed_out_token(service: Service) -> None:
    caller = service.another_session()
    caller.get("/api/auth/me").succeeded()
    service.callers.remove(caller)
    caller.post("/api/auth/logout").succeeded()
    caller.get("/api/auth/me").refused(401, "SESSION_REVOKED")
    caller.post("/api/auth/refresh").refused(401, "SESSION_REVOKED")


@rule(TOKENS, "A session ended from the list of devices is refused at its next request; others continue")
def revoked_session(service: Service) -> None:
    caller = service.another_session()
    listed = caller.get("/api/auth/sessions").data
    current = [session for session in listed if session["current"]]
    expect_equal(len(current), 1, "the number of current sessions")
    service.callers.remove(caller)
    service.viewer.delete(f"/api/auth/sessions/{current[0]['id']}").succeeded()
    caller.get("/api/auth/me").refused(401, "SESSION_REVOKED")
    service.viewer.get("/api/auth/me").succeeded()


@rule(TOKENS, "Refreshing exchanges the token for a new one of the same session; the old one works meanwhile")
def refresh(service: Service) -> None:
    caller = service.device(1)
    service.sleep(NEXT_SECOND)
    fresh = refreshed(service, caller)
    service.callers[1] = fresh
    expect(fresh.token != caller.token, "the token is the same")
    expect_equal(session_of(fresh), session_of(caller), "the session of the new token")
    fresh.get("/api/auth/me").succeeded()
    caller.get("/api/auth/me").succeeded()
    expect_equal(refreshed(service, caller).token, fresh.token, "the token of a second refresh within a minute")


@rule(TOKENS, "A minute after its exchange a token is refused, and exchanging it again ends the session")
def exchanged_token(service: Service) -> None:
    if not service.waits:
        raise Skipped("it takes a minute: set WAIT=1")
    caller = service.another_session()
    service.callers.remove(caller)
    service.sleep(NEXT_SECOND)
    fresh = refreshed(service, caller)
    service.sleep(GRACE_SECONDS)
    caller.get("/api/auth/me").refused(401, "SESSION_REVOKED")
    fresh.get("/api/auth/me").succeeded()
    caller.post("/api/auth/refresh").refused(401, "SESSION_REVOKED")
    fresh.get("/api/auth/me").refused(401, "SESSION_REVOKED")


@rule(TOKENS, "Routes of operators are 401 without a token and 403 FORBIDDEN for viewers")
def operators_routes(service: Service) -> None:
    service.anyone.get("/api/admin/members").refused(401, "UNAUTHENTICATED")
    if service.viewer.get("/api/auth/me").data["role"] != "viewer":
        raise Skipped("the account is an operator's")
    for path in ("/api/admin/members", "/api/admin/videos", "/api/admin/metrics"):
        service.viewer.get(path).refused(403, "FORBIDDEN")
