"""Links between the documents lead to files and headings that exist."""

import pathlib
import re
import unittest

from support import ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")


def documents() -> list[pathlib.Path]:
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def anchors_of(document: pathlib.Path) -> set[str]:
    """The anchors of the headings, as GitHub makes them."""
    headings = [line.lstrip("#").strip() for line in document.read_text(encoding="utf-8").splitlines() if re.match(r"#+ ", line)]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def problem_of(document: pathlib.Path, link: str) -> str | None:
    name, _, anchor = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    if not target.exists():
        return f"{document.relative_to(ROOT)}: {link}: there is no such file"
    if anchor and anchor not in anchors_of(target):
        return f"{document.relative_to(ROOT)}: {link}: there is no such heading"
    return None


class Links(unittest.TestCase):
    def test_every_link_between_documents_leads_somewhere(self):
        links = [(one, link) for one in documents() for link in LINK.findall(one.read_text(encoding="utf-8"))]
        own = [(one, link) for one, link in links if not link.startswith("http")]
        self.assertGreater(len(own), 30)
        self.assertEqual([problem for one, link in own if (problem := problem_of(one, link))], [])


if __name__ == "__main__":
    unittest.main()
