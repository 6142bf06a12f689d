"""Checks the rules and prints what they found."""

import itertools

# Each of these modules registers its rules. This is the order in which they are checked.
from . import responses, tokens, devices, playback, profiles, library, every_response  # noqa: F401
from .rule import RULES, Broken, Rule, Skipped
from .service import Service

PASS, FAIL, SKIP = "pass", "FAIL", "skip"


def outcome(rule: Rule, service: Service) -> tuple[str, str]:
    """What a rule found, and why."""
    try:
        rule.check(service)
    except Broken as broken:
        return FAIL, str(broken)
    except Skipped as skipped:
        return SKIP, str(skipped)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # The rules read responses as the contract describes them.
        last = service.client.answers[-1] if service.client.answers else "no response"
        return FAIL, f"{last}: not of the form that was expected: {type(error).__name__}: {error}"
    return PASS, ""


def show(result: str, name: str, text: str, reason: str = "") -> None:
    print(f"  {result}  {name}: {text}" + (f"\n        {reason}" if reason else ""), flush=True)


def expect_service(service: Service) -> None:
    """Expects an answer of the service itself at the address."""
    answer = service.client.send("GET", "/api/health")
    if answer.status == 200 or answer.error:
        return
    sender = "CloudFront" if answer.header("server") == "CloudFront" else "another server"
    hint = "" if service.client.is_secure else "; a deployed service needs https://"
    raise Broken(f"{answer}: {sender}'s own answer{hint}")


def check(service: Service, only: list[str]) -> int:
    """Checks the rules whose name contains one of the words, or all of them. Returns the exit status."""
    chosen = [rule for rule in RULES if not only or any(word in rule.name for word in only)]
    if not chosen:
        print(f"conformance: no rule's name contains {' or '.join(only)}")
        return 2
    try:
        expect_service(service)
    except Broken as broken:
        print(f"conformance: {service.client.origin}: {broken}")
        return 1
    counts = {PASS: 0, FAIL: 0, SKIP: 0}
    try:
        for section, rules in itertools.groupby(chosen, key=lambda rule: rule.section):
            print(section, flush=True)
            for rule in rules:
                result, reason = outcome(rule, service)
                counts[result] += 1
                show(result, rule.name, rule.claim, reason)
    finally:
        cleaned, reason = outcome(Rule("", "clean-up", "", Service.clean_up), service)
        if cleaned == FAIL:
            counts[FAIL] += 1
            show(FAIL, "clean-up", f"What the rules created remains, in the account {service.email}", reason)
    answers = service.client.answers
    anonymous = sum("authorization" not in answer.sent for answer in answers)
    print(
        f"{counts[PASS]} passed, {counts[FAIL]} failed, {counts[SKIP]} skipped:"
        f" {len(answers)} requests to {service.client.origin}, {anonymous} of them without a token"
    )
    return 1 if counts[FAIL] else 0
