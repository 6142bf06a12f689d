"""What a rule is, and what it may find."""

from collections.abc import Callable
from dataclasses import dataclass


class Broken(Exception):
    """The service does not keep a rule. The text says what was expected and what happened."""


class Skipped(Exception):
    """A rule cannot be checked here. The text says why."""


@dataclass(frozen=True)
class Rule:
    section: str
    name: str
    claim: str
    check: Callable


RULES: list[Rule] = []


def rule(section: str, claim: str) -> Callable[[Callable], Callable]:
    """Registers a rule. Its name is the function's, with hyphens."""

    def register(check: Callable) -> Callable:
        RULES.append(Rule(section, check.__name__.replace("_", "-"), claim, check))
        return check

    return register


def expect(condition: object, message: str) -> None:
    if not condition:
        raise Broken(message)


def expect_equal(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise Broken(f"{what} is {found!r}, not {wanted!r}")
