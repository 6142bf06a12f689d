"""The API document: which operation a response belongs to, and whether the response has the documented form."""

import re

from .client import Answer
from .rule import Broken

try:
    import jsonschema
    import referencing
    from referencing.jsonschema import DRAFT202012
except ImportError:
    jsonschema = None

DOCUMENT_URI = "urn:api"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
PROBLEMS_MAX = 3


class Document:
    """An OpenAPI document."""

    def __init__(self, content: object):
        if not isinstance(content, dict) or not isinstance(content.get("paths"), dict):
            raise Broken("/api/openapi.json is not an OpenAPI document")
        self.content = content
        self.operations = [
            (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path, operation)
            for path, methods in content["paths"].items()
            for method, operation in methods.items()
        ]
        # A path without parameters comes first: /api/videos/import is not /api/videos/{id}.
        self.operations.sort(key=lambda one: "{" in one[2])
        if jsonschema:
            resource = referencing.Resource.from_contents(content, default_specification=DRAFT202012)
            self.registry = referencing.Registry().with_resource(DOCUMENT_URI, resource)
            self.formats = jsonschema.FormatChecker(["uuid"])
            self.formats.checks("date-time")(lambda value: not isinstance(value, str) or bool(TIME.fullmatch(value)))

    @property
    def can_validate(self) -> bool:
        return jsonschema is not None

    def operation_of(self, answer: Answer) -> tuple[str, str, dict] | None:
        """The name, the path and the description of the operation that answered."""
        path = re.sub(r"^/api/v1/", "/api/", answer.path.partition("?")[0])
        for method, pattern, template, operation in self.operations:
            if method == answer.method and pattern.fullmatch(path):
                return operation["operationId"], template, operation
        return None

    def problems_of(self, answer: Answer, template: str, operation: dict) -> list[str]:
        """How a response differs from its description."""
        response = operation["responses"].get(str(answer.status))
        if response is None:
            return [f"{answer}: the status is not documented"]
        place = f"/paths/{escaped(template)}/{answer.method.lower()}/responses/{answer.status}"
        if "$ref" in response:
            place = response["$ref"].removeprefix("#")
            response = self.at(place)
        kind = answer.header("content-type").partition(";")[0].strip().lower()
        content = response.get("content", {})
        if not content:
            return [f"{answer}: there is a body"] if answer.body else []
        if kind not in content:
            return [f"{answer}: the content type is {kind!r}, not {' or '.join(content)}"]
        if kind != "application/json" or "schema" not in content[kind]:
            return []
        schema = {"$ref": f"{DOCUMENT_URI}#{place}/content/{escaped(kind)}/schema"}
        validator = jsonschema.Draft202012Validator(schema, registry=self.registry, format_checker=self.formats)
        found = sorted(validator.iter_errors(answer.json), key=lambda error: list(map(str, error.absolute_path)))
        return [f"{answer}: {error.json_path}: {shortened(error.message)}" for error in found[:PROBLEMS_MAX]]

    def at(self, pointer: str) -> dict:
        value = self.content
        for part in pointer.strip("/").split("/"):
            value = value[part.replace("~1", "/").replace("~0", "~")]
        return value


def escaped(key: str) -> str:
    """A key as part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def shortened(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:157]}..."
