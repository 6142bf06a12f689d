"""`make conformance` passes against the local platform, and names the rule that a tampering proxy in front of it breaks."""

import contextlib
import gzip
import io
import json
import re
import unittest
from collections.abc import Callable

from support import Platform, run
from tampering import NO_LIMITS, Proxy, TamperingCase, checked

from conformance_rules import run as rules
from conformance_rules.service import Service
from local_platform import PASSWORD


class Conformance(unittest.TestCase):
    """The platform keeps every rule."""

    def test_the_platform_passes_with_a_throw_away_account_within_its_limits(self):
        with Platform.in_memory() as platform:
            ran = run(["scripts/conformance"], {"API": platform.url})
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            self.assertRegex(ran.stdout, r"\d\d passed, 0 failed, 2 skipped")
            self.assertIn("set WAIT=1", ran.stdout)
            anonymous = int(re.search(r"(\d+) of them without a token", ran.stdout)[1])
            self.assertLess(anonymous, 170, "most of these are reads of the catalogue")


class Tampering(TamperingCase):
    """A proxy breaks one rule at a time, and the check names it."""

    def test_a_subscriber_passes_behind_a_proxy_that_changes_nothing_and_keeps_its_data(self):
        email = "premium@marquee.test"
        with Proxy(self.platform) as proxy:
            status, printed = checked(proxy.url, "", email=email, password=PASSWORD, allowed_origin=self.platform.url)
        self.assertEqual(status, 0, printed)
        self.assertIn("pass  streams:", printed)
        service = Service(self.platform.url, email, PASSWORD)
        for path in ("/api/history", "/api/watchlist", "/api/playback"):
            self.assertEqual(service.viewer.get(path).data, [], path)
        sessions = service.viewer.get("/api/auth/sessions").data
        own = [one["device_name"] for one in sessions if one["device_name"].startswith("Conformance")]
        self.assertEqual(own, ["Conformance"], "only this one is left")

    def test_a_throw_away_account_is_deleted_even_if_a_rule_fails(self):
        addresses = []

        def answer(asked, response):
            if asked.path == "/api/auth/register":
                addresses.append(json.loads(asked.body))
            response.headers.pop("x-frame-options", None)

        with Proxy(self.platform, answer=answer) as proxy:
            self.assertEqual(checked(proxy.url, "own-data security")[0], 1)
        service = Service(self.platform.url, addresses[0]["email"], addresses[0]["password"])
        refused = service.anyone.post("/api/auth/login", {"email": service.email, "password": service.password})
        self.assertEqual(refused.code, "INVALID_CREDENTIALS")

    def test_no_service_is_one_message(self):
        ran = run(["scripts/conformance"], {"API": "http://127.0.0.1:9"})
        self.assertEqual(ran.returncode, 1)
        self.assertIn("http://127.0.0.1:9: GET /api/health: no answer", ran.stdout)
        self.assertEqual(len(ran.stdout.splitlines()), 1, ran.stdout)

    def test_a_missing_security_header(self):
        def answer(asked, response):
            if asked.path == "/api/home":
                response.headers.pop("x-frame-options", None)

        printed = self.broken("security-headers", answer=answer, passes="own-data")
        self.assertIn("GET /api/home -> 200: x-frame-options is ''", printed)

    def test_a_repeated_request_id(self):
        def answer(_, response):
            response.headers["x-request-id"] = "same"

        self.broken("request-ids", answer=answer, passes="missing-token")

    def test_a_wrong_code(self):
        def answer(_, response):
            if response.status == 401:
                response.become_error(401, "TOKEN_EXPIRED")

        self.broken("missing-token", answer=answer)

    def test_a_missing_challenge(self):
        self.broken("missing-token", answer=lambda _, response: response.headers.pop("www-authenticate", None))

    def test_an_unknown_path_that_is_answered(self):
        def answer(_, response):
            if response.status == 404:
                response.become(200, {"success": True, "data": None})

        self.broken("unknown-path", answer=answer)

    def test_a_method_that_is_not_listed(self):
        self.broken("wrong-method", answer=lambda _, response: response.headers.pop("allow", None))

    def test_a_version_that_is_unknown(self):
        def ask(asked):
            asked.path = asked.path.replace("/api/v1/", "/api/v7/")

        self.broken("version-in-the-path", ask=ask)

    def test_head_that_is_refused(self):
        def answer(asked, response):
            if asked.method == "HEAD":
                response.status = 405

        self.broken("head", answer=answer)

    def test_an_etag_that_is_ignored(self):
        self.broken("etag", ask=lambda asked: asked.headers.pop("if-none-match", None))

    def test_a_catalogue_that_varies_by_nothing(self):
        self.broken("catalogue-cache-headers", answer=lambda _, response: response.headers.pop("vary", None))

    def test_a_catalogue_that_depends_on_the_caller(self):
        def answer(asked, response):
            if "authorization" in asked.headers and asked.path.startswith("/api/categories"):
                response.become(200, {"success": True, "data": []})

        self.broken("catalogue-without-caller", answer=answer)

    def test_responses_that_are_never_compressed(self):
        self.broken("compression", ask=lambda asked: asked.headers.update({"accept-encoding": "identity"}))

    def test_a_compressed_token(self):
        def answer(asked, response):
            if asked.path == "/api/auth/login":
                response.body = gzip.compress(response.body)
                response.headers["content-encoding"] = "gzip"

        self.broken("tokens-are-not-compressed", answer=answer, passes="login")

    def test_a_response_to_a_token_that_may_be_stored(self):
        def answer(asked, response):
            if asked.path == "/api/auth/me":
                response.headers["cache-control"] = "private, max-age=60"

        self.broken("caching", answer=answer, passes="login")

    def test_pages_that_every_website_may_read(self):
        def answer(_, response):
            response.headers["access-control-allow-origin"] = "*"

        self.broken("foreign-origin", answer=answer)

    def test_a_page_that_lacks_an_item(self):
        def answer(asked, response):
            if "cursor=" in asked.path:
                body = response.json
                response.become(200, body | {"data": body["data"][1:]})

        self.broken("pagination", answer=answer)

    def test_a_cursor_that_is_accepted_for_another_order(self):
        def ask(asked):
            asked.path = re.sub(r"\?(sort=title|required_plan=free)&", "?limit=1&", asked.path)

        self.broken("cursor-of-another-query", ask=ask)

    def test_a_query_parameter_that_is_not_ignored(self):
        def answer(asked, response):
            if "conformance=" in asked.path:
                response.become_error(400, "VALIDATION_ERROR")

        self.broken("unknown-query", answer=answer)

    def test_a_limit_that_is_clamped(self):
        def ask(asked):
            asked.path = asked.path.replace("limit=101", "limit=100")

        self.broken("invalid-query", ask=ask)

    def test_one_issue_at_a_time(self):
        def answer(_, response):
            body = response.json
            if body.get("error", {}).get("details"):
                body["error"]["details"] = body["error"]["details"][:1]
                response.become(response.status, body)

        self.broken("all-issues-at-once", answer=answer)

    def test_a_repeated_key_that_is_accepted(self):
        def ask(asked):
            asked.body = asked.body.replace(b'"autoplay": true, "autoplay": true', b'"autoplay": true')
            asked.headers["content-length"] = str(len(asked.body))

        self.broken("invalid-json", ask=ask)

    def test_200_for_a_token_whose_session_has_ended(self):
        seen = {}

        def answer(asked, response):
            if asked.path == "/api/auth/me" and response.status == 200:
                seen["me"] = response.json
            elif asked.path == "/api/auth/me" and b"SESSION_REVOKED" in response.body:
                response.become(200, seen["me"])

        self.broken("signed-out-token", answer=answer)
        self.broken("revoked-session", answer=answer)

    def test_a_forged_token_that_is_accepted(self):
        tokens = {}

        def ask(asked):
            token = asked.headers.get("authorization", "")
            tokens.setdefault("true", token)
            if token and token.split(".")[2:] == [""]:
                asked.headers["authorization"] = tokens["true"]

        def answer(asked, response):
            if asked.path == "/api/auth/register":
                tokens["true"] = f"Bearer {response.json['data']['token']}"

        self.broken("tampered-token", ask, answer)

    def test_a_device_that_is_never_slowed_down(self):
        def answer(_, response):
            if b"SLOW_DOWN" in response.body:
                response.become_error(400, "AUTHORIZATION_PENDING")

        self.broken("device-waits", answer=answer)

    def test_a_code_that_is_redeemed_twice(self):
        answers = {}

        def answer(asked, response):
            if asked.path == "/api/auth/device/token":
                if response.status == 200:
                    answers[asked.body] = response.json
                elif asked.body in answers:
                    response.become(200, answers[asked.body])

        self.broken("device-approved", answer=answer)

    def test_a_response_that_lacks_a_field(self):
        def answer(asked, response):
            if asked.path == "/api/auth/me" and response.status == 200:
                body = response.json
                del body["data"]["created_at"]
                response.become(200, body)

        printed = self.broken("matches-the-document", answer=answer, passes="login")
        self.assertIn("'created_at' is a required property", printed)

    def test_an_error_without_its_requests_id(self):
        def answer(_, response):
            if response.status == 404:
                body = response.json
                body["error"]["request_id"] = "another"
                response.become(404, body)

        self.broken("error-form", answer=answer, passes="unknown-path")

    def test_a_playback_url_that_serves_something_else(self):
        def answer(asked, response):
            if "/play" in asked.path and response.status == 200 and "/playback" not in asked.path:
                response.change(playback_url=f"{self.platform.url}/api/health")

        self.broken("playback-url", answer=answer)

    def test_a_heartbeat_of_a_stopped_stream_that_is_accepted(self):
        def answer(_, response):
            if b"STREAM_STOPPED" in response.body:
                response.become(200, {"success": True, "data": {"progress": 1, "completed": False, "last_watched_at": None}})

        self.broken("stopped-stream", answer=answer)

    def test_a_late_report_that_moves_the_position(self):
        def ask(asked):
            if asked.path.endswith("/progress"):
                asked.change(client_time=None)

        self.broken("heartbeat", ask=ask)

    def test_a_video_that_is_never_completed(self):
        def answer(asked, response):
            if asked.path.endswith("/progress") and response.status == 200:
                response.change(completed=False)

        self.broken("completion", answer=answer)

    def test_a_position_that_resumes_at_the_very_start(self):
        def answer(asked, response):
            if asked.path.endswith("/play") and response.status == 200:
                response.change(resume_position=max(response.json["data"]["resume_position"], 1))

        self.broken("resume-position", answer=answer)

    def test_a_stream_limit_that_does_not_name_the_streams(self):
        def answer(_, response):
            if b"STREAM_LIMIT_REACHED" in response.body:
                response.become_error(409, "STREAM_LIMIT_REACHED")

        self.broken("streams", answer=answer)

    def test_missing_limits(self):
        self.broken("limits", answer=lambda _, response: response.headers.pop("ratelimit", None))

    def test_an_account_that_is_deleted_with_any_password(self):
        def answer(asked, response):
            if asked.path == "/api/account" and response.status == 401:
                response.become(200, {"success": True, "data": {"deleted": True, "erased": {}}})

        self.broken("deletion", answer=answer)


class Waiting(unittest.TestCase):
    """The rules that take a minute, with the platform's clock instead."""

    def outcome_of(self, rule: str, answer: Callable | None = None) -> str:
        with Platform.in_memory(**NO_LIMITS) as platform, Proxy(platform, answer=answer) as proxy:
            service = Service(proxy.url)
            service.waits = True
            service.sleep = lambda seconds: platform.ask("/clock", {"advance_seconds": round(seconds + 0.5)})
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                rules.check(service, [rule])
        return printed.getvalue()

    def test_the_platform_refuses_an_exchanged_token_a_minute_later(self):
        for rule in ("exchanged-token", "profile-tokens"):
            self.assertIn(f"pass  {rule}:", self.outcome_of(rule))

    def test_an_exchanged_token_that_is_still_accepted(self):
        def answer(asked, response):
            if asked.path == "/api/auth/me" and response.status == 401:
                response.become(200, {"success": True, "data": {}})

        for rule in ("exchanged-token", "profile-tokens"):
            self.assertIn(f"FAIL  {rule}:", self.outcome_of(rule, answer))


if __name__ == "__main__":
    unittest.main()
