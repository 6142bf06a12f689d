"""`make conformance` names the rule of profiles that a tampering proxy in front of the local platform breaks."""

import json
import re
import unittest
from collections.abc import Callable

from tampering import TamperingCase

from conformance_rules.service import Service

PROFILE = re.compile(r"/api/profiles/[^/]+")
SELECTION = re.compile(r"/api/profiles/[^/]+/select")


def instead_of_error(method: str, path: re.Pattern, status: int, data: object) -> Callable:
    """Answers refused requests with a success."""

    def answer(asked, response):
        if asked.method == method and path.fullmatch(asked.path) and response.status >= 400:
            response.become(status, {"success": True, "data": data})

    return answer


class Profiles(TamperingCase):
    """A proxy breaks one rule at a time, and the check names it."""

    def test_a_list_that_names_no_current_profile(self):
        def answer(asked, response):
            if asked.path == "/api/profiles" and asked.method == "GET":
                response.become(200, {"success": True, "data": [one | {"is_current": False} for one in response.json["data"]]})

        self.broken("profile-list", answer=answer)

    def test_a_name_that_is_not_changed(self):
        def ask(asked):
            if asked.method == "PATCH" and PROFILE.fullmatch(asked.path):
                asked.change(name=None, avatar="bird")

        self.broken("profile-changes", ask=ask)

    def test_a_first_profile_that_is_deleted(self):
        def answer(asked, response):
            if asked.method == "DELETE" and response.status == 409:
                response.become(200, {"success": True, "data": None})

        self.broken("profile-changes", answer=answer)

    def test_a_name_that_is_given_twice(self):
        def ask(asked):
            if asked.path == "/api/profiles" and asked.method == "POST":
                name = json.loads(asked.body)["name"]
                asked.change(name=f"{name} 2" if name.isupper() else name)

        self.broken("profile-names", ask=ask)

    def test_a_sixth_profile_that_is_accepted(self):
        self.broken("profile-number", answer=instead_of_error("POST", re.compile("/api/profiles"), 201, {"id": "x"}))

    def test_a_selection_that_returns_the_old_token(self):
        def answer(asked, response):
            if SELECTION.fullmatch(asked.path) and response.status == 200:
                response.change(token=asked.headers["authorization"].removeprefix("Bearer "))

        self.broken("profile-selection", answer=answer)

    def test_a_refresh_that_forgets_the_profile(self):
        refreshed = set()

        def answer(asked, response):
            if asked.path == "/api/auth/refresh":
                refreshed.add(f"Bearer {response.json['data']['token']}")
            elif asked.path == "/api/auth/me" and asked.headers["authorization"] in refreshed:
                me = response.json["data"]
                response.change(profile=me["profile"] | {"id": me["id"]})

        self.broken("profile-selection", answer=answer)

    def test_profiles_that_share_a_list(self):
        lists = {}

        def answer(asked, response):
            if asked.path.startswith("/api/watchlist?") and response.json["data"]:
                lists["shared"] = response.json
            elif asked.path == "/api/watchlist" and lists:
                response.become(200, lists["shared"])

        self.broken("profile-data", answer=answer)

    def test_profiles_that_share_their_watched_marks(self):
        def answer(asked, response):
            if re.fullmatch(r"/api/videos/[^/?]+", asked.path) and asked.path in watched:
                response.change(completed=True)
            elif asked.path.endswith("/watched") and asked.method == "PUT":
                watched.add(asked.path.removesuffix("/watched"))

        watched = set()
        self.broken("profile-data", answer=answer)

    def test_a_cursor_that_is_accepted_for_another_profile(self):
        pages = {}

        def answer(asked, response):
            if "cursor=" in asked.path:
                if response.status == 200:
                    pages[asked.path] = response.json
                response.become(200, pages[asked.path])

        self.broken("cursor-of-another-profile", answer=answer)

    def test_a_pin_that_is_not_checked(self):
        pins = {}

        def ask(asked):
            # The right PIN is only known after the rule has set it.
            if asked.method == "PATCH" and PROFILE.fullmatch(asked.path) and b'"pin"' in asked.body:
                pins["right"] = json.loads(asked.body)["pin"]
            elif SELECTION.fullmatch(asked.path) and pins and asked.body:
                asked.change(pin=pins["right"])

        self.broken("profile-pin", ask=ask)

    def test_a_pin_that_is_set_without_the_password(self):
        self.broken("profile-pin", answer=instead_of_error("PATCH", PROFILE, 200, {}))

    def test_a_token_of_a_deleted_profile_that_is_accepted(self):
        self.broken("deleted-profile", answer=instead_of_error("GET", re.compile("/api/watchlist"), 200, []))

    def test_a_refusal_that_does_not_name_the_profile(self):
        def answer(asked, response):
            if response.status == 403:
                response.become_error(403, "FORBIDDEN")

        self.broken("deleted-profile", answer=answer)

    def test_a_list_that_ignores_the_age(self):
        def ask(asked):
            asked.path = re.sub(r"max_age=\d+$", "", asked.path)

        self.broken("max-age", ask=ask)

    def test_an_age_that_is_not_checked(self):
        self.broken("max-age", answer=instead_of_error("GET", re.compile(r".*max_age=18"), 200, []))

    def test_a_kids_profile_that_plays_everything(self):
        self.broken("kids-titles", answer=instead_of_error("GET", re.compile(r"/api/videos/[^/]+/play"), 200, {}))

    def test_a_home_screen_of_a_kids_profile_with_every_title(self):
        def answer(asked, response):
            if asked.path == "/api/home":
                response.change(videos=everything)

        everything = Service(self.platform.url).videos
        self.broken("kids-titles", answer=answer)

    def test_a_kids_profile_that_exports_the_account(self):
        self.broken("kids-routes", answer=instead_of_error("GET", re.compile("/api/account/export"), 200, {}))

    def test_a_kids_profile_that_sees_nothing_of_its_subscription(self):
        def answer(asked, response):
            if asked.path == "/api/subscription":
                response.become_error(403, "FORBIDDEN")

        self.broken("kids-routes", answer=answer)


if __name__ == "__main__":
    unittest.main()
