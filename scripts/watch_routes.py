#!/usr/bin/env python3
"""Writes the template's routes into Cargo.toml, where `cargo lambda watch` reads them. --check only compares."""

import re
import sys

from common import ROOT, TEMPLATE, fail

MANIFEST = ROOT / "Cargo.toml"
TITLE = "[workspace.metadata.lambda.watch.router]\n"


def routes(template: str) -> list[tuple[str, str, str, str]]:
    """Every route of the template: logical id, binary, method and path."""
    found = []
    for function in re.finditer(r"\n  (\w+Function):\n((?:    .*\n)+)", template):
        binary = re.search(r"        Binary: (\S+)\n", function.group(2))
        for event in re.finditer(r"            Method: (\w+)\n            Path: (\S+)\n", function.group(2)):
            found.append((function.group(1), binary.group(1), event.group(1), event.group(2)))
    return found


def router(template: str) -> str:
    """The table of routes as TOML, by path. Everything else goes to the function of the default route."""
    paths: dict[str, list[str]] = {}
    for _, binary, method, path in sorted(routes(template), key=lambda route: (route[3], route[2])):
        paths.setdefault(path, []).append(f'{{ method = "{method}", function = "{binary}" }}')
    lines = [f'"{path}" = [{", ".join(functions)}]\n' for path, functions in paths.items()]
    return TITLE + "".join(lines) + '"/{*path}" = "no-route"\n'


def updated(manifest: str, template: str) -> str:
    """The manifest with the template's routes."""
    before, title, rest = manifest.partition(TITLE)
    if not title:
        fail(f"Cargo.toml lacks {TITLE.strip()}")
    # The table ends with the first empty line.
    return before + router(template) + re.sub(r"^(?:[^\n]+\n)*", "", rest, count=1)


def main() -> None:
    manifest = MANIFEST.read_text(encoding="utf-8")
    wanted = updated(manifest, TEMPLATE.read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--check"]:
        if manifest != wanted:
            fail("the routes in Cargo.toml are not those of template.yaml: run `make watch-routes`")
    elif manifest != wanted:
        MANIFEST.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main()
