"""The service under test, and the account that the rules use: created when it is first needed, and removed at the end."""

import functools
import secrets
import time
import urllib.parse

from .client import Answer, Caller, Client
from .document import Document
from .rule import Broken, Skipped, expect

# Amazon's mailbox simulator: it accepts and discards all mail, which does not affect the sender's reputation.
THROW_AWAY_ADDRESS = "success+conformance-{}@simulator.amazonses.com"
DEVICE = "Conformance"


def shown(caller: Caller, video: dict) -> dict:
    """A video as a viewer sees it."""
    return caller.get(f"/api/videos/{video['id']}").data


def video_ids(caller: Caller, path: str) -> list[str]:
    """The videos of a viewer's list, such as `/api/watchlist`."""
    return [one["video"]["id"] for one in caller.get(f"{path}?limit=100").data]


class Service:
    """A running service, with what the rules have in common."""

    def __init__(self, origin: str, email: str = "", password: str = "", allowed_origin: str = ""):
        self.client = Client(origin)
        self.anyone = Caller(self.client)
        self.is_own_account = not email
        self.email = email or THROW_AWAY_ADDRESS.format(secrets.token_hex(8))
        self.password = password or secrets.token_urlsafe(24)
        self.allowed_origin = allowed_origin
        self.callers: list[Caller] = []
        self.roaming_caller: Caller | None = None
        self.registration: Answer | None = None
        self.is_deleted = False
        self.sleep = time.sleep
        # Whether rules may take a minute.
        self.waits = False
        # Why there is no account; asking again would only use up the limits.
        self.no_account: str | None = None

    @property
    def viewer(self) -> Caller:
        """The first session of the account."""
        if self.no_account:
            raise Skipped(self.no_account)
        if not self.callers:
            try:
                self.callers.append(self.first_session())
            except (Broken, Skipped) as error:
                self.no_account = f"there is no account: {error}"
                raise
        return self.callers[0]

    def first_session(self) -> Caller:
        if not self.is_own_account:
            return self.signed_in(DEVICE)
        body = {"email": self.email, "password": self.password, "name": DEVICE}
        self.registration = self.anyone.post("/api/auth/register", body)
        return self.caller_of(self.registration.succeeded(201))

    def caller_of(self, answer: Answer) -> Caller:
        token = answer.data.get("token") if isinstance(answer.data, dict) else None
        expect(isinstance(token, str) and token, f"{answer}: there is no token")
        return Caller(self.client, token)

    def signed_in(self, device_name: str) -> Caller:
        body = {"email": self.email, "password": self.password, "device_name": device_name}
        return self.caller_of(self.anyone.post("/api/auth/login", body).succeeded())

    def another_session(self) -> Caller:
        """A further session of the account, which is ended with the others."""
        _ = self.viewer
        caller = self.signed_in(f"{DEVICE} {len(self.callers) + 1}")
        self.callers.append(caller)
        return caller

    def device(self, number: int) -> Caller:
        """The session of one of the account's devices, counted from 0."""
        _ = self.viewer
        while len(self.callers) <= number:
            self.another_session()
        return self.callers[number]

    @property
    def roaming(self) -> Caller:
        """The session that moves between profiles; all others stay in the first one."""
        if not self.roaming_caller:
            _ = self.viewer
            self.roaming_caller = self.signed_in(f"{DEVICE} profiles")
        return self.roaming_caller

    @roaming.setter
    def roaming(self, caller: Caller) -> None:
        self.roaming_caller = caller

    @functools.cached_property
    def document(self) -> Document:
        answer = self.anyone.get("/api/openapi.json").succeeded()
        return Document(answer.json)

    @functools.cached_property
    def videos(self) -> list[dict]:
        """The newest videos that anybody may see."""
        return self.anyone.get("/api/videos?limit=100").data

    @property
    def video(self) -> dict:
        if not self.videos:
            raise Skipped("the catalogue is empty")
        return self.videos[0]

    @functools.cached_property
    def series(self) -> list[dict]:
        return self.anyone.get("/api/series?limit=100").data

    @functools.cached_property
    def plans(self) -> list[dict]:
        return self.anyone.get("/api/plans").data

    @functools.cached_property
    def playable(self) -> dict:
        """A video that the account may play and has not watched, so that its history can be restored."""
        order = {"free": 0, "basic": 1, "premium": 2}
        for video in sorted(self.videos, key=lambda one: (order.get(one["required_plan"], 9), bool(one.get("series_id")))):
            if not video.get("duration"):
                continue
            seen = shown(self.viewer, video)
            if not seen["access"]["allowed"] and self.is_own_account:
                break
            if seen["access"]["allowed"] and not seen["progress"] and not seen["completed"]:
                return video
        raise Skipped("the account may play no video that it has not watched: set EMAIL and PASSWORD of a subscriber")

    def forget(self, video: dict) -> None:
        """Removes a video from the account's history."""
        query = urllib.parse.urlencode({"video_id": video["id"]})
        self.viewer.delete(f"/api/history?{query}").succeeded()

    def clean_up(self) -> None:
        """Removes what the rules created: the account, or their sessions in an account that existed before."""
        if not self.callers or self.is_deleted:
            return
        if self.is_own_account:
            self.viewer.delete("/api/account", {"password": self.password}).succeeded()
            self.is_deleted = True
            return
        for caller in filter(None, [*self.callers, self.roaming_caller]):
            caller.post("/api/auth/logout").succeeded()
        self.is_deleted = True
