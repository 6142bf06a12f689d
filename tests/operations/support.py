"""A fake AWS, and the environment of a running platform, for the tests of the operators' scripts.

The fake implements the parts of CloudFormation, the tagging API and S3 that the scripts use, and Secrets Manager for tests with
secrets without values. DynamoDB, Stripe and Mux come from the local platform.
"""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from local_platform import Platform

SCRIPT_SECONDS_MAX = 120


class Aws:
    """A fake AWS on a free port. A test sets what exists, and reads what was requested and deleted."""

    def __init__(self):
        # Stacks by name: {"status", "parameters": {}, "resources": [(type, id)]}.
        self.stacks: dict[str, dict] = {}
        # Resources with a stack's tag: (stack, ARN).
        self.tagged: list[tuple[str, str]] = []
        # Secrets by name; `None` for a secret without a value.
        self.secrets: dict[str, str | None] = {}
        # Buckets, each with its objects as (key, version).
        self.buckets: dict[str, list[tuple[str, str]]] = {}
        # The error with which CloudFormation refuses every request, as (code, message).
        self.refusal: tuple[str, str] | None = None
        self.asked: list[str] = []
        aws = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                status, kind, text = aws.answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_DELETE = do_PUT = answer

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, method: str, path: str, headers, body: str) -> tuple[int, str, str]:
        target = headers.get("X-Amz-Target", "")
        if target.startswith("secretsmanager."):
            return self.secret(target.partition(".")[2], json.loads(body))
        if target.startswith("ResourceGroupsTaggingAPI"):
            wanted = json.loads(body)["TagFilters"][0]["Values"][0]
            found = [{"ResourceARN": arn, "Tags": []} for stack, arn in self.tagged if stack == wanted]
            return 200, "application/x-amz-json-1.1", json.dumps({"ResourceTagMappingList": found, "PaginationToken": ""})
        form = dict(urllib.parse.parse_qsl(body))
        if "Action" in form:
            return self.cloudformation(form)
        return self.bucket(method, path, body)

    def cloudformation(self, form: dict) -> tuple[int, str, str]:
        action, name = form["Action"], form.get("StackName", "")
        self.asked.append(f"cloudformation {action} {name}")
        if self.refusal:
            return self.error(403, *self.refusal)
        stack = self.stacks.get(name)
        if stack is None:
            return self.error(400, "ValidationError", f"Stack with id {name} does not exist")
        if action == "DeleteStack":
            del self.stacks[name]
            return self.xml(action, "")
        if action == "ListStackResources":
            rows = "".join(
                f"<member><ResourceType>{kind}</ResourceType><PhysicalResourceId>{one}</PhysicalResourceId>"
                f"<LogicalResourceId>R{at}</LogicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>"
                f"<LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>"
                for at, (kind, one) in enumerate(stack.get("resources", []))
            )
            return self.xml(action, f"<StackResourceSummaries>{rows}</StackResourceSummaries>")
        parameters = "".join(
            f"<member><ParameterKey>{key}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
            for key, value in stack.get("parameters", {}).items()
        )
        return self.xml(action, (
            f"<Stacks><member><StackName>{name}</StackName><StackStatus>{stack['status']}</StackStatus>"
            f"<CreationTime>2026-01-01T00:00:00Z</CreationTime><Parameters>{parameters}</Parameters></member></Stacks>"
        ))

    def secret(self, operation: str, asked: dict) -> tuple[int, str, str]:
        name = asked["SecretId"]
        self.asked.append(f"secretsmanager {operation} {name}")
        value = self.secrets.get(name)
        if name not in self.secrets or (operation == "GetSecretValue" and value is None):
            return 400, "application/x-amz-json-1.1", json.dumps({"__type": "ResourceNotFoundException", "message": ""})
        answer = {"ARN": name, "Name": name}
        if operation == "GetSecretValue":
            answer["SecretString"] = value
        elif operation == "PutSecretValue":
            self.secrets[name] = asked["SecretString"]
        elif operation == "DeleteSecret":
            assert asked.get("ForceDeleteWithoutRecovery") is True, asked
            del self.secrets[name]
        return 200, "application/x-amz-json-1.1", json.dumps(answer)

    def bucket(self, method: str, path: str, body: str) -> tuple[int, str, str]:
        name, _, query = path.lstrip("/").partition("?")
        name = name.rstrip("/")
        self.asked.append(f"s3 {method} {name}")
        if name not in self.buckets:
            return 404, "application/xml", "<Error><Code>NoSuchBucket</Code></Error>"
        if method == "GET" and "versions" in query:
            rows = "".join(
                f"<Version><Key>{key}</Key><VersionId>{version}</VersionId></Version>" for key, version in self.buckets[name]
            )
            return 200, "application/xml", f"<ListVersionsResult><IsTruncated>false</IsTruncated>{rows}</ListVersionsResult>"
        if method == "POST" and "delete" in query:
            self.buckets[name] = [(key, version) for key, version in self.buckets[name] if f"<VersionId>{version}<" not in body]
            return 200, "application/xml", "<DeleteResult/>"
        if method == "DELETE":
            if self.buckets[name]:
                return 409, "application/xml", "<Error><Code>BucketNotEmpty</Code></Error>"
            del self.buckets[name]
            return 204, "application/xml", ""
        return 400, "application/xml", "<Error><Code>NotImplemented</Code></Error>"

    @staticmethod
    def xml(action: str, inside: str) -> tuple[int, str, str]:
        namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
        return 200, "text/xml", (
            f'<{action}Response xmlns="{namespace}"><{action}Result>{inside}</{action}Result></{action}Response>'
        )

    @staticmethod
    def error(status: int, code: str, message: str) -> tuple[int, str, str]:
        return status, "text/xml", (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        )

    def environment(self) -> dict[str, str]:
        """The environment that points scripts to this AWS."""
        services = ("CLOUDFORMATION", "RESOURCE_GROUPS_TAGGING_API", "S3", "SECRETS_MANAGER", "DYNAMODB")
        return {f"AWS_ENDPOINT_URL_{service}": self.url for service in services} | {
            "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }


def platform_environment(platform: Platform) -> dict[str, str]:
    """The environment that points scripts to a platform's DynamoDB, Secrets Manager, Stripe and Mux."""
    keys = platform.ask("/config")["aws"]
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": platform.aws, "AWS_ENDPOINT_URL_SECRETS_MANAGER": platform.aws,
        "AWS_REGION": keys["region"],
        "AWS_ACCESS_KEY_ID": keys["access_key_id"], "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
        "STRIPE_BASE_URL": platform.stripe, "MUX_BASE_URL": platform.mux,
    }


def run(command: list[str], environment: dict[str, str], typed: str = "") -> subprocess.CompletedProcess:
    """Runs an operators' script with no AWS variables in the environment except the given ones."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean.pop("MAKEFLAGS", None)
    clean.pop("MAKELEVEL", None)
    return subprocess.run(
        command, cwd=ROOT, env=clean | environment, input=typed, capture_output=True, text=True, timeout=SCRIPT_SECONDS_MAX,
    )
