"""§3: signing in a device with a code, RFC 8628."""

import re

from .client import Answer
from .rule import expect, expect_equal, rule
from .service import DEVICE, Service

DEVICES = "§3 Sign-in with a code"
USER_CODE = re.compile(r"[BCDFGHJKLMNPQRSTVWXZ]{8}")
CODE_SECONDS, INTERVAL_SECONDS = 600, 5


def codes_of(service: Service) -> dict:
    return service.anyone.post("/api/auth/device/code", {"device_name": f"{DEVICE} television"}).data


def poll(service: Service, device_code: str) -> Answer:
    return service.anyone.post("/api/auth/device/token", {"device_code": device_code})


def decide(service: Service, codes: dict, approve: bool) -> dict:
    return service.viewer.post("/api/auth/device/approve", {"user_code": codes["user_code"], "approve": approve}).data


@rule(DEVICES, "A device gets a code of 8 letters that is valid for 10 minutes, polled every 5 seconds")
def device_code(service: Service) -> None:
    codes = codes_of(service)
    expect(USER_CODE.fullmatch(codes["user_code"]), f"the code is {codes['user_code']!r}")
    expect_equal((codes["expires_in"], codes["interval"]), (CODE_SECONDS, INTERVAL_SECONDS), "expires_in and interval")
    expect(codes["user_code"] in codes["verification_uri_complete"], "verification_uri_complete lacks the code")
    expect(codes["user_code"] not in codes["verification_uri"], "verification_uri has the code")


@rule(DEVICES, "Before the approval a device is AUTHORIZATION_PENDING, and SLOW_DOWN if it asks too early")
def device_waits(service: Service) -> None:
    codes = codes_of(service)
    poll(service, codes["device_code"]).refused(400, "AUTHORIZATION_PENDING")
    poll(service, codes["device_code"]).refused(400, "SLOW_DOWN")


@rule(DEVICES, "A wrong device code is EXPIRED_TOKEN, and a wrong user code is 404 NOT_FOUND")
def wrong_code(service: Service) -> None:
    codes = codes_of(service)
    poll(service, codes["device_code"][:-4] + "AAAA").refused(400, "EXPIRED_TOKEN")
    wrong = codes["user_code"][::-1]
    if wrong == codes["user_code"]:
        wrong = "BCDFGHJK"
    service.viewer.post("/api/auth/device/approve", {"user_code": wrong}).refused(404, "NOT_FOUND")
    service.viewer.post("/api/auth/device/approve", {"user_code": "nonsense!"}).refused(400, "VALIDATION_ERROR")


@rule(DEVICES, "An approved device is signed in to the approver's account, once")
def device_approved(service: Service) -> None:
    codes = codes_of(service)
    service.anyone.post("/api/auth/device/approve", {"user_code": codes["user_code"], "approve": True}).refused(401, "UNAUTHENTICATED")
    expect_equal(decide(service, codes, True)["status"], "approved", "the status")
    television = service.caller_of(poll(service, codes["device_code"]))
    service.callers.append(television)
    me, own = television.get("/api/auth/me").data, service.viewer.get("/api/auth/me").data
    expect_equal(me["id"], own["id"], "the user of the device")
    poll(service, codes["device_code"]).refused(400, "EXPIRED_TOKEN")


@rule(DEVICES, "A refused device is ACCESS_DENIED and cannot be approved later")
def device_refused(service: Service) -> None:
    codes = codes_of(service)
    decide(service, codes, False)
    poll(service, codes["device_code"]).refused(400, "ACCESS_DENIED")
    late = service.viewer.post("/api/auth/device/approve", {"user_code": codes["user_code"], "approve": True})
    late.refused(409, "CONFLICT")
