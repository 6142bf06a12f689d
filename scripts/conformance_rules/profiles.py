"""Profiles, their own data, PINs and age limits. All profiles that these rules create are deleted again."""

import contextlib
import secrets
from collections.abc import Iterator

from .client import Answer, Caller, Limited
from .playback import play
from .responses import UNKNOWN_ID, fields_of
from .rule import Skipped, expect, expect_equal, rule
from .service import DEVICE, Service, shown, video_ids
from .tokens import GRACE_SECONDS, session_of

PROFILES = "Profiles"
PROFILES_MAX = 5
# An age limit is at most this.
AGE_MAX = 17
# The most titles on a page of a list.
PAGE = 100
PIN, WRONG_PIN = "4711", "0000"
FIELDS = {"id", "name", "avatar", "age_limit", "has_pin", "is_current", "created_at"}
# Requests that a kids profile may not make. Each is also invalid or a mere read, so nothing happens if it is not refused.
NOT_FOR_KIDS = (
    ("POST", "/api/profiles", {}), ("PATCH", f"/api/profiles/{UNKNOWN_ID}", {}), ("DELETE", f"/api/profiles/{UNKNOWN_ID}", None),
    ("PATCH", "/api/auth/me", {}), ("POST", "/api/auth/change-password", {}), ("POST", "/api/auth/device/approve", {}),
    ("GET", "/api/auth/sessions", None), ("GET", "/api/account/export", None), ("DELETE", "/api/account", {}),
    ("POST", "/api/subscription/checkout", {}), ("POST", "/api/subscription/change", {}), ("GET", "/api/subscription/invoices", None),
    ("GET", "/api/playback", None),
)


def profiles_of(caller: Caller) -> list[dict]:
    return caller.get("/api/profiles").data


def new_name() -> str:
    return f"{DEVICE} {secrets.token_hex(3)}"


def create(service: Service, name: str, **fields: object) -> Answer:
    return service.viewer.post("/api/profiles", {"name": name} | fields)


def delete(service: Service, profile: dict) -> Answer:
    return service.viewer.delete(f"/api/profiles/{profile['id']}")


@contextlib.contextmanager
def created(service: Service, **fields: object) -> Iterator[dict]:
    """A new profile, which is deleted afterwards if the rule has not done so."""
    first, *others = profiles_of(service.viewer)
    if len(others) + 1 >= PROFILES_MAX:
        raise Skipped("the account has no room for another profile")
    if first["age_limit"] is not None:
        raise Skipped("the account's first profile is a kids profile")
    profile = create(service, new_name(), **fields).succeeded(201).data
    try:
        yield profile
    finally:
        delete(service, profile)


def select(service: Service, profile: dict, **body: str) -> Answer:
    """Asks for a token of a profile, for the session that moves between profiles."""
    path = f"/api/profiles/{profile['id']}/select"
    try:
        return service.roaming.post(path, body or None)
    except Limited as limited:
        # A session may not switch its profile several times within a second, as these rules do.
        if limited.seconds != "1":
            raise
        service.sleep(1)
        return service.roaming.post(path, body or None)


def selected(service: Service, profile: dict, **body: str) -> Caller:
    """The session that moves between profiles, with a token of this one."""
    service.roaming = service.caller_of(select(service, profile, **body).succeeded())
    return service.roaming


@rule(PROFILES, "The list has the first profile first, which new sign-ins get, and /api/auth/me names the current one")
def profile_list(service: Service) -> None:
    viewer = service.viewer
    listed, me = profiles_of(viewer), viewer.get("/api/auth/me").data
    expect(1 <= len(listed) <= PROFILES_MAX, f"there are {len(listed)} profiles")
    for profile in listed:
        expect(FIELDS <= set(profile), f"a profile lacks {sorted(FIELDS - set(profile))}")
    expect_equal(listed[0]["id"], me["id"], "the id of the first profile")
    expect_equal([one["is_current"] for one in listed], [True] + [False] * (len(listed) - 1), "is_current")
    expect_equal(me["profile"]["id"], listed[0]["id"], "the profile of /api/auth/me")


@rule(PROFILES, "A profile can be created, renamed and deleted, but the first one not deleted")
def profile_changes(service: Service) -> None:
    before = profiles_of(service.viewer)
    with created(service) as profile:
        expect_equal((profile["age_limit"], profile["has_pin"], profile["is_current"]), (None, False, False), "limit, PIN, current")
        path, name = f"/api/profiles/{profile['id']}", new_name()
        expect_equal(service.viewer.patch(path, {"name": name}).data, profile | {"name": name}, "the renamed profile")
        expect_equal(profiles_of(service.viewer), [*before, profile | {"name": name}], "the list")
        service.viewer.delete(path).succeeded()
        service.viewer.delete(path).refused(404, "NOT_FOUND")
        expect_equal(profiles_of(service.viewer), before, "the list after deleting it")
    delete(service, before[0]).refused(409, "CONFLICT")


@rule(PROFILES, "Two profiles with one name are 409 CONFLICT, whatever their case")
def profile_names(service: Service) -> None:
    with created(service) as profile:
        create(service, profile["name"].upper()).refused(409, "CONFLICT")


@rule(PROFILES, "A sixth profile is 409 CONFLICT")
def profile_number(service: Service) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(PROFILES_MAX - len(profiles_of(service.viewer))):
            stack.enter_context(created(service))
        sixth = create(service, new_name())
        if sixth.status == 201:
            delete(service, sixth.data)
        sixth.refused(409, "CONFLICT")


@rule(PROFILES, "Selecting a profile exchanges the token in the same session; the old one works meanwhile")
def profile_selection(service: Service) -> None:
    with created(service) as profile:
        before = service.roaming
        after = selected(service, profile)
        expect(after.token != before.token, "the token is the same")
        expect_equal(session_of(after), session_of(before), "the session of the new token")
        expect_equal(after.get("/api/auth/me").data["profile"]["id"], profile["id"], "the profile of /api/auth/me")
        current = [one["id"] for one in profiles_of(after) if one["is_current"]]
        expect_equal(current, [profile["id"]], "the current profile of the list")
        before.get("/api/auth/me").succeeded()
        again = service.caller_of(after.post("/api/auth/refresh").succeeded())
        expect_equal(again.get("/api/auth/me").data["profile"]["id"], profile["id"], "the profile after a refresh")
        service.roaming = again
        select(service, {"id": UNKNOWN_ID}).refused(404, "NOT_FOUND")


@rule(PROFILES, "A minute after another profile was selected, the old token is SESSION_REVOKED and the new one works")
def profile_tokens(service: Service) -> None:
    if not service.waits:
        raise Skipped("it takes a minute: set WAIT=1")
    with created(service) as profile:
        before = service.roaming
        after = selected(service, profile)
        service.sleep(GRACE_SECONDS)
        before.get("/api/auth/me").refused(401, "SESSION_REVOKED")
        after.get("/api/auth/me").succeeded()


@rule(PROFILES, "The list, the watched marks, the history and the preferences of a profile are its own")
def profile_data(service: Service) -> None:
    video, viewer = service.playable, service.viewer
    paths = ("/api/history", "/api/watchlist", "/api/preferences")
    before = [viewer.get(path).data for path in paths]
    with created(service) as profile:
        other = selected(service, profile)
        other.put(f"/api/watchlist/{video['id']}").succeeded()
        other.put(f"/api/videos/{video['id']}/watched").succeeded()
        other.patch("/api/preferences", {"captions": not before[2]["captions"]}).succeeded()
        for path in ("/api/history", "/api/watchlist"):
            expect_equal(video_ids(other, path), [video["id"]], f"{path} of the profile")
        expect_equal(shown(other, video)["completed"], True, "completed in the profile")
        expect_equal(shown(viewer, video)["completed"], False, "completed in the first profile")
        for path, data in zip(paths, before):
            expect_equal(viewer.get(path).data, data, f"{path} of the first profile")


@rule(PROFILES, "A cursor of another profile's list is INVALID_CURSOR")
def cursor_of_another_profile(service: Service) -> None:
    if len(service.videos) < 2:
        raise Skipped("the catalogue has only one video")
    with created(service) as profile:
        other = selected(service, profile)
        for video in service.videos[:2]:
            other.put(f"/api/watchlist/{video['id']}").succeeded()
        cursor = other.get("/api/watchlist?limit=1").succeeded().json["pagination"]["next_cursor"]
        path = f"/api/watchlist?limit=1&cursor={cursor}"
        expect_equal(len(other.get(path).data), 1, "the number of items on the second page")
        service.viewer.get(path).refused(400, "INVALID_CURSOR")


@rule(PROFILES, "A PIN needs the account's password; without it or with a wrong one, selecting is INVALID_CREDENTIALS")
def profile_pin(service: Service) -> None:
    with created(service) as profile:
        path = f"/api/profiles/{profile['id']}"
        answer = service.viewer.patch(path, {"pin": PIN}).refused(400, "VALIDATION_ERROR")
        expect_equal(fields_of(answer), {"password"}, "the refused fields")
        service.viewer.patch(path, {"pin": PIN, "password": "not the password"}).refused(401, "INVALID_CREDENTIALS")
        changed = service.viewer.patch(path, {"pin": PIN, "password": service.password}).data
        expect_equal(changed, profile | {"has_pin": True}, "the profile with a PIN")
        # Two wrong ones; the fifth would be the last for a while.
        select(service, profile).refused(401, "INVALID_CREDENTIALS")
        select(service, profile, pin=WRONG_PIN).refused(401, "INVALID_CREDENTIALS")
        expect_equal(selected(service, profile, pin=PIN).get("/api/auth/me").data["profile"]["id"], profile["id"], "the profile")


@rule(PROFILES, "The token of a deleted profile is FORBIDDEN for `profile`, but can list and select profiles and sign out")
def deleted_profile(service: Service) -> None:
    with created(service) as profile, created(service) as another:
        caller = selected(service, profile)
        delete(service, profile).succeeded()
        for path in ("/api/home", "/api/watchlist", "/api/preferences"):
            expect_equal(fields_of(caller.get(path).refused(403, "FORBIDDEN")), {"profile"}, f"{path}: the fields of details")
        expect(not any(one["is_current"] for one in profiles_of(caller)), "a profile is current")
        caller.get("/api/auth/me").succeeded()
        selected(service, another).get("/api/home").succeeded()


def ids_up_to(service: Service, path: str, age: int) -> list[str]:
    """A public list for an age."""
    return [one["id"] for one in service.anyone.get(f"{path}?limit={PAGE}&max_age={age}").data]


@rule(PROFILES, "Public lists leave out what is above `max_age` or without a rating, and keep their order")
def max_age(service: Service) -> None:
    for path, whole in (("/api/videos", service.videos), ("/api/series", service.series)):
        listed = [one["id"] for one in whole]
        for age in (AGE_MAX, 12, 6, 0):
            ids = ids_up_to(service, path, age)
            # A list of more than a page may continue with titles that the longer list's page does not reach.
            common = set(listed) & set(ids)
            order = [[id for id in page if id in common] for page in (ids, listed)]
            expect_equal(*order, f"{path}: the order of the titles that remain for the age {age}")
            expect(len(listed) == PAGE or common == set(ids), f"{path}: a title is listed only for the age {age}")
            listed = ids
    suitable = ids_up_to(service, "/api/videos", AGE_MAX)
    unrated = [one["id"] for one in service.videos if not one.get("age_rating")]
    expect(not set(unrated) & set(suitable), f"a video without a rating is listed for {AGE_MAX}")
    for video in service.videos:
        rating = video.get("age_rating") or ""
        if rating.isdigit() and 0 < int(rating) <= AGE_MAX:
            expect(video["id"] in ids_up_to(service, "/api/videos", int(rating)), f"{video['id']} for {rating} is not listed for {rating}")
            younger = ids_up_to(service, "/api/videos", int(rating) - 1)
            expect(video["id"] not in younger, f"{video['id']} for {rating} is listed for {int(rating) - 1}")
            break
    for path, wrong in (("/api/videos", AGE_MAX + 1), ("/api/series", -1), ("/api/categories", "x")):
        answer = service.anyone.get(f"{path}?max_age={wrong}").refused(400, "VALIDATION_ERROR")
        expect_equal(fields_of(answer), {"max_age"}, f"{answer}: the refused fields")


def above(service: Service, limit: int) -> dict:
    """A video that is not for this age."""
    suitable = ids_up_to(service, "/api/videos", limit)
    for video in service.videos:
        if video["id"] not in suitable:
            return video
    raise Skipped("the catalogue has nothing above the age limit")


@rule(PROFILES, "A kids profile may not watch a title above its limit, and its lists and home leave the title out")
def kids_titles(service: Service) -> None:
    limit = 0
    video = above(service, limit)
    with created(service, age_limit=limit) as profile:
        kid = selected(service, profile)
        expect_equal(shown(kid, video)["access"], {"allowed": False, "code": "FORBIDDEN"}, "access")
        play(kid, video).refused(403, "FORBIDDEN")
        kid.put(f"/api/watchlist/{video['id']}").succeeded()
        expect_equal(video_ids(kid, "/api/watchlist"), [], "the list")
        home = kid.get("/api/home").data
        expect(video["id"] not in {one["id"] for one in home["videos"]}, f"{video['id']} is on the home screen")


@rule(PROFILES, "A kids profile may not use routes of the account and of payments, but get its user and its subscription")
def kids_routes(service: Service) -> None:
    with created(service, age_limit=0) as profile:
        kid = selected(service, profile)
        for method, path, body in NOT_FOR_KIDS:
            kid.send(method, path, body).refused(403, "FORBIDDEN")
        for path in ("/api/auth/me", "/api/profiles", "/api/subscription", "/api/preferences", "/api/home", "/api/history"):
            kid.get(path).succeeded()
        lower = service.viewer.patch(f"/api/profiles/{profile['id']}", {"age_limit": None}).refused(400, "VALIDATION_ERROR")
        expect_equal(fields_of(lower), {"password"}, "the refused fields")
