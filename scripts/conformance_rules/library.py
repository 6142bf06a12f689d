"""§4: the viewer's stored data (list, history, watched marks and preferences) and the account."""

from .rule import Skipped, expect, expect_equal, rule
from .service import Service, shown, video_ids

LIBRARY = "§4 Library and account"
# Reads of a viewer that no other rule makes. `matches_the_document` judges their form.
READS = (
    "/api/auth/me", "/api/auth/sessions", "/api/home", "/api/history", "/api/continue-watching", "/api/watchlist",
    "/api/preferences", "/api/playback", "/api/subscription", "/api/account/export",
)


@rule(LIBRARY, "Every read of a viewer's own data succeeds and is not stored")
def own_data(service: Service) -> None:
    for path in READS:
        answer = service.viewer.get(path).succeeded()
        expect_equal(answer.header("cache-control"), "no-store", f"{path}: Cache-Control")


@rule(LIBRARY, "Plans have prices in the smallest unit of a currency, and a number of streams")
def plans(service: Service) -> None:
    expect(service.plans, "there are no plans")
    for plan in service.plans:
        for price in plan["prices"]:
            is_whole = isinstance(price["amount"], int) and price["amount"] >= 0
            expect(is_whole and len(price["currency"]) == 3, f"{plan['plan_type']} has the price {price}")
        expect(plan["stream_limit"] >= 1, f"{plan['plan_type']} has no streams")


@rule(LIBRARY, "The home screen is one response, with an ETag, and names every card of its shelves")
def home(service: Service) -> None:
    answer = service.viewer.get("/api/home")
    screen = answer.data
    expect({"hero", "continue_watching", "watchlist", "shelves", "videos"} <= set(screen), f"it has only {sorted(screen)}")
    cards = {video["id"] for video in screen["videos"]}
    for shelf in screen["shelves"]:
        unknown = set(shelf["video_ids"]) - cards
        expect(not unknown, f"the shelf {shelf['id']} names videos that are not in `videos`: {sorted(unknown)}")
    tag = answer.header("etag")
    expect_equal(service.viewer.get("/api/home", if_none_match=tag).status, 304, "the status with its ETag")


@rule(LIBRARY, "Adding to the list and removing from it can be repeated")
def watchlist(service: Service) -> None:
    video, viewer = service.video, service.viewer
    if video["id"] in video_ids(viewer, "/api/watchlist"):
        raise Skipped("the account's list has the newest video already")
    path = f"/api/watchlist/{video['id']}"
    first, second = viewer.put(path).data, viewer.put(path).data
    expect_equal(second, first, "the answer to adding it twice")
    expect_equal(video_ids(viewer, "/api/watchlist").count(video["id"]), 1, "how often it is in the list")
    viewer.delete(path).succeeded()
    viewer.delete(path).succeeded()
    expect(video["id"] not in video_ids(viewer, "/api/watchlist"), "it is still in the list")


@rule(LIBRARY, "A video can be marked as watched and not watched")
def watched(service: Service) -> None:
    video, path = service.playable, f"/api/videos/{service.playable['id']}/watched"
    try:
        service.viewer.put(path).succeeded()
        expect_equal(shown(service.viewer, video)["completed"], True, "completed after PUT")
        service.viewer.delete(path).succeeded()
        expect_equal(shown(service.viewer, video)["completed"], False, "completed after DELETE")
    finally:
        service.forget(video)


@rule(LIBRARY, "Preferences are stored for all devices, and a change leaves the others as they are")
def preferences(service: Service) -> None:
    before = service.viewer.get("/api/preferences").data
    try:
        changed = service.viewer.patch("/api/preferences", {"captions": not before["captions"]}).data
        expect_equal(changed, before | {"captions": not before["captions"]}, "the preferences")
        expect_equal(service.device(1).get("/api/preferences").data, changed, "the preferences on another device")
    finally:
        service.viewer.patch("/api/preferences", {"captions": before["captions"]})


@rule("§8 Limits", "Responses that are not public say which limit counts them and what is left; each request uses one")
def limits(service: Service) -> None:
    answers = [service.viewer.get("/api/auth/me") for _ in range(2)]
    left = []
    for answer in answers:
        policy, state = answer.header("ratelimit-policy"), answer.header("ratelimit")
        expect(policy.startswith('"user";q=') and ";w=900" in policy, f"RateLimit-Policy is {policy!r}")
        expect(state.startswith('"user";r=') and ";t=" in state, f"RateLimit is {state!r}")
        left.append(int(state.split(";r=")[1].split(";")[0]))
    expect(left[1] < left[0], f"what is left went from {left[0]} to {left[1]}")


@rule("§8 Limits", "Reads of the public catalogue and of the health check do not say what is left")
def limits_of_public_reads(service: Service) -> None:
    for path in ("/api/videos", "/api/health"):
        answer = service.anyone.get(path)
        expect_equal(answer.header("ratelimit"), "", f"{path}: RateLimit")


@rule("§4 Deletion", "An account is deleted only with its password; then its token and its password are refused")
def deletion(service: Service) -> None:
    if not service.is_own_account:
        raise Skipped("EMAIL is set, so no account is deleted")
    viewer = service.viewer
    viewer.delete("/api/account", {"password": "not the password"}).refused(401, "INVALID_CREDENTIALS")
    viewer.get("/api/auth/me").succeeded()
    service.clean_up()
    viewer.get("/api/auth/me").refused(401, "SESSION_REVOKED")
    body = {"email": service.email, "password": service.password}
    service.anyone.post("/api/auth/login", body).refused(401, "INVALID_CREDENTIALS")
