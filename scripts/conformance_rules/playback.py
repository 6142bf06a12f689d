"""§5: access, playback, heartbeats, positions and streams."""

import contextlib
import datetime
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

from .client import Answer, Caller
from .rule import Broken, Skipped, expect, expect_equal, rule
from .service import Service, shown, video_ids

PLAYBACK = "§5 Playback"
MEDIA_SECONDS_MAX = 30
GRANT_FIELDS = {
    "playback_url", "thumbnail_url", "storyboard_url", "token", "expires_at", "refresh_after", "captions", "resume_position",
    "playback_session_id", "heartbeat_seconds",
}
# A session without a paid plan has one stream. No plan has as many as this.
FREE_STREAMS, STREAMS_MAX = 1, 8


def play(caller: Caller, video: dict, renewed: str = "") -> Answer:
    return caller.get(f"/api/videos/{video['id']}/play" + (f"?playback_session_id={renewed}" if renewed else ""))


def report(caller: Caller, video: dict, progress: float, session: str | None = None, **fields: object) -> Answer:
    body = {"progress": progress} | ({"playback_session_id": session} if session else {}) | fields
    return caller.put(f"/api/videos/{video['id']}/progress", body)


def stop(caller: Caller, session: str) -> Answer:
    return caller.delete(f"/api/playback/{session}")


@contextlib.contextmanager
def unwatched(service: Service) -> Iterator[dict]:
    """A video to play, while nobody else uses the account's streams. Afterwards, the account has no stream and no history of it."""
    video = service.playable
    if service.viewer.get("/api/playback").data:
        raise Skipped("the account is watching something")
    try:
        yield video
    finally:
        for stream in service.viewer.get("/api/playback").data:
            stop(service.viewer, stream["playback_session_id"])
        service.forget(video)


@contextlib.contextmanager
def playing(service: Service) -> Iterator[tuple[dict, dict]]:
    """A video that the viewer plays, and the grant."""
    with unwatched(service) as video:
        yield video, play(service.viewer, video).data


def started(caller: Caller, video: dict) -> str:
    """Starts to play; returns the playback's id."""
    return play(caller, video).data["playback_session_id"]


def streams_of(service: Service) -> list[str]:
    return [one["playback_session_id"] for one in service.viewer.get("/api/playback").data]


def at(seconds: float) -> str:
    """A time on a device's clock."""
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def middle_of(video: dict) -> int:
    """A position in the middle, in whole seconds: positions are kept to the millisecond."""
    return int(video["duration"] / 2)


def fetched(url: str) -> str:
    """A text from the host of the films."""
    try:
        with urllib.request.urlopen(url, timeout=MEDIA_SECONDS_MAX) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        raise Broken(f"{url.partition('?')[0]} answers {error.code}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Broken(f"{url.partition('?')[0]}: {error}") from None


@rule(PLAYBACK, "A video says whether the viewer may watch it, and play answers with the same code")
def access(service: Service) -> None:
    seen = set()
    for video in service.videos:
        if video["required_plan"] in seen:
            continue
        seen.add(video["required_plan"])
        allowed = shown(service.viewer, video)["access"]
        if not allowed["allowed"]:
            expect(allowed["code"], f"{video['id']}: there is no code")
            play(service.viewer, video).refused(403, allowed["code"])
    expect(seen, "the catalogue is empty")


@rule(PLAYBACK, "One call starts playback, and its URLs serve a playlist, captions and pictures for seeking")
def playback_url(service: Service) -> None:
    with playing(service) as (_, grant):
        expect(set(grant) >= GRANT_FIELDS, f"the grant lacks {sorted(GRANT_FIELDS - set(grant))}")
        master = fetched(grant["playback_url"])
        expect(master.startswith("#EXTM3U") and "#EXT-X-STREAM-INF" in master, f"playback_url serves {master[:60]!r}")
        first = next((line for line in master.splitlines() if line and not line.startswith("#")), "")
        media = fetched(urllib.parse.urljoin(grant["playback_url"], first))
        expect(media.startswith("#EXTM3U") and "#EXTINF" in media, f"the first stream serves {media[:60]!r}")
        for name, url in [("storyboard_url", grant["storyboard_url"]), *(("captions", one["url"]) for one in grant["captions"][:1])]:
            expect(fetched(url).startswith("WEBVTT"), f"{name} is not WebVTT")


@rule(PLAYBACK, "The stream's URL does not work without its token")
def playback_url_is_signed(service: Service) -> None:
    with playing(service) as (_, grant):
        try:
            fetched(grant["playback_url"].partition("?")[0])
        except Broken:
            return
        raise Broken("the playlist is served without a token")


@rule(PLAYBACK, "A heartbeat stores the position; a repeat and a late report of the same playback change nothing")
def heartbeat(service: Service) -> None:
    with playing(service) as (video, grant):
        session, middle, now, before = grant["playback_session_id"], middle_of(video), at(0), at(-5)
        kept = report(service.viewer, video, middle, session, client_time=now).data
        expect_equal((kept["progress"], kept["completed"]), (middle, False), "progress and completed")
        expect_equal(report(service.viewer, video, middle, session, client_time=now).data, kept, "the answer to a repeat")
        late = report(service.viewer, video, middle / 2, session, client_time=before).data
        expect_equal(late["progress"], middle, "the position after a late report")
        expect_equal(shown(service.viewer, video)["progress"], middle, "the video's position")


def resumed_at(service: Service, video: dict, progress: float) -> tuple[float, bool]:
    """Where playback resumes after a report, and whether the video is completed."""
    session = started(service.viewer, video)
    completed = report(service.viewer, video, progress, session).data["completed"]
    stop(service.viewer, session).succeeded()
    grant = play(service.viewer, video).data
    stop(service.viewer, grant["playback_session_id"]).succeeded()
    return grant["resume_position"], completed


@rule(PLAYBACK, "Playback resumes at the position, but not below 5 % of the video")
def resume_position(service: Service) -> None:
    with unwatched(service) as video:
        middle, little = middle_of(video), min(video["duration"] * 0.05, 120) * 0.8
        expect_equal(resumed_at(service, video, little), (0, False), f"position and completion after {little:.1f} s")
        expect_equal(resumed_at(service, video, middle), (middle, False), f"position and completion after {middle} s")
        expect(video["id"] in video_ids(service.viewer, "/api/continue-watching"), "the video is not in continue-watching")


@rule(PLAYBACK, "From 90 % a video is completed: it leaves continue-watching and starts at 0 again")
def completion(service: Service) -> None:
    with unwatched(service) as video:
        expect_equal(resumed_at(service, video, video["duration"] * 0.92), (0, True), "position and completion")
        rows = service.viewer.get("/api/continue-watching").data
        listed = [one["video"]["id"] for one in rows if not one["is_up_next"]]
        expect(video["id"] not in listed, "the video is still in continue-watching")


@rule(PLAYBACK, "A position beyond the end is the end")
def position_in_the_video(service: Service) -> None:
    with playing(service) as (video, grant):
        kept = report(service.viewer, video, video["duration"] + 1000, grant["playback_session_id"]).data
        expect(kept["progress"] <= video["duration"] + 1, f"the position is {kept['progress']} of {video['duration']} s")


@rule(PLAYBACK, "A grant is renewed with its playback's id; playing again replaces the sign-in's own stream")
def renewal(service: Service) -> None:
    with playing(service) as (video, grant):
        session = grant["playback_session_id"]
        renewed = play(service.viewer, video, renewed=session).data
        expect_equal(renewed["playback_session_id"], session, "the id after a renewal")
        another = started(service.viewer, video)
        expect_equal(streams_of(service), [another], "the account's streams")
        play(service.viewer, video, renewed="nonsense").refused(400, "VALIDATION_ERROR")


@rule(PLAYBACK, "A stopped stream is refused at its next heartbeat with STREAM_STOPPED, and its position is kept")
def stopped_stream(service: Service) -> None:
    with playing(service) as (video, grant):
        session, middle = grant["playback_session_id"], middle_of(video)
        stop(service.device(1), session).succeeded()
        report(service.viewer, video, middle, session).refused(409, "STREAM_STOPPED")
        expect_equal(shown(service.viewer, video)["progress"], middle, "the position")
        expect_equal(streams_of(service), [], "the account's streams")
        stop(service.viewer, session).refused(404, "NOT_FOUND")


def stream_limit(service: Service) -> int:
    """How many streams the account may have."""
    if service.viewer.get("/api/auth/me").data["role"] == "admin":
        return max(plan["stream_limit"] for plan in service.plans)
    subscription = service.viewer.get("/api/subscription").data
    limits = {plan["plan_type"]: plan["stream_limit"] for plan in service.plans}
    return limits.get(subscription["plan_type"], FREE_STREAMS) if subscription["access"]["allowed"] else FREE_STREAMS


@rule(PLAYBACK, "Over the plan's streams, play is STREAM_LIMIT_REACHED and names them; stopping one makes room at once")
def streams(service: Service) -> None:
    limit = stream_limit(service)
    if limit > STREAMS_MAX:
        raise Skipped(f"the plan has {limit} streams, and so many sign-ins would use up the address's limit")
    with unwatched(service) as video:
        running = [started(service.device(number), video) for number in range(limit)]
        last = service.device(limit)
        refused = play(last, video).refused(409, "STREAM_LIMIT_REACHED")
        details = refused.error.get("details") or []
        expect_equal({one["playback_session_id"] for one in details}, set(running), "the streams in details")
        for one in details:
            expect({"device_name", "video_title", "started_at"} <= set(one), f"a stream in details has only {sorted(one)}")
        stop(last, running[0]).succeeded()
        started(last, video)
