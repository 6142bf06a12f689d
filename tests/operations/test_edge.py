"""How the CloudFront functions of template.yaml rewrite a path. tests/no_route.rs tests the same for the local gateway."""

import json
import subprocess
import textwrap
import unittest

from support import ROOT

# CloudFront calls a function with the event of a request, and continues with the request that it returns.
RUN = """
const [code, requests] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const handler = new Function(code + "; return handler;")();
process.stdout.write(JSON.stringify(requests.map((request) => handler({ request }))));
"""


def code_of(function: str) -> str:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    block = template.split(f"\n  {function}:\n")[1].split("\n\n")[0]
    return textwrap.dedent(block.split("      FunctionCode: |\n")[1])


def paths_of(function: str, *paths: str) -> list[str]:
    return [request["uri"] for request in run(function, *[asked(path) for path in paths])]


def request_of(function: str, path: str, query: dict) -> dict:
    return run(function, asked(path) | {"querystring": query})[0]


def asked(path: str) -> dict:
    return {"method": "GET", "uri": path, "querystring": {}, "headers": {}}


def run(function: str, *requests: dict) -> list[dict]:
    text = json.dumps([code_of(function), requests])
    ran = subprocess.run(["node", "-e", RUN], input=text, capture_output=True, text=True, timeout=30)
    if ran.returncode:
        raise AssertionError(ran.stderr)
    return json.loads(ran.stdout)


class Edge(unittest.TestCase):
    def test_only_the_version_is_removed_from_a_path_and_only_once(self):
        paths = {
            "/api/v1/videos": "/api/videos",
            "/api/v1/videos/01890000-0000-7000-8000-000000000000/play": "/api/videos/01890000-0000-7000-8000-000000000000/play",
            "/api/v1/v1/videos": "/api/v1/videos",
            "/api/v1/": "/api/",
            "/api/v1/videos/a%2Fapi%2Fv1%2Fb": "/api/videos/a%2Fapi%2Fv1%2Fb",
        }
        for same in ["/api/videos", "/api/v1", "/api/v10/videos", "/api/V1/videos", "/api/videos/api/v1/x", "/x/api/v1/y"]:
            paths[same] = same
        self.assertEqual(dict(zip(paths, paths_of("ApiPaths", *paths))), paths)

    def test_everything_below_the_path_of_titles_is_a_page_of_two_segments(self):
        paths = {"/videos/a": "/videos/a", "/videos/a/": "/videos/a", "/series/a/b": "/series/a-b", "/series/a//b/": "/series/a-b"}
        paths |= {"/videos/": "/videos/-", "/videos//": "/videos/-", "/videos/a%2Fb": "/videos/a%2Fb", "/videos/x.png": "/videos/x.png"}
        self.assertEqual(dict(zip(paths, paths_of("PagePaths", *paths))), paths)

    def test_a_page_of_a_title_does_not_depend_on_the_query(self):
        self.assertEqual(request_of("PagePaths", "/videos/a", {"utm_source": {"value": "b"}})["querystring"], {})

    def test_a_path_without_a_file_leads_to_the_apps_page(self):
        paths = {"/": "/index.html", "/plans": "/index.html", "/watch/a/b": "/index.html", "/assets/app-1.js": "/assets/app-1.js"}
        paths |= {"/tv": "/tv.html", "/tv/": "/tv.html", "/tv/titles/a": "/tv.html", "/tv-check.js": "/tv-check.js"}
        paths |= {"/tvs": "/index.html", "/watch/tv": "/index.html"}
        self.assertEqual(dict(zip(paths, paths_of("WebPaths", *paths))), paths)


if __name__ == "__main__":
    unittest.main()
