"""The development tools: the overlay of `sam local`, the functions under `cargo lambda watch`, and the message without a container engine.

`sam local` itself needs containers, so its own code is called to read the overlay.
"""

import contextlib
import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import unittest.mock
import urllib.error
import urllib.request

from support import ROOT, Platform, run

import container_engine
import local_platform
import mutants
import sam_overlay
import watch_routes

START_SECONDS_MAX = 120


class Mutations(unittest.TestCase):
    """The mutations that the simulation must reject, without building them."""

    def test_each_mutation_finds_its_place_in_the_code(self):
        changed = mutants.apply(ROOT)
        for path in {path for _, path, *_ in mutants.CHANGES}:
            self.assertNotEqual(changed[path], (ROOT / path).read_text())

    def test_a_mutation_whose_place_is_gone_is_an_error(self):
        gone = ("gone", "shared/billing/src/prices.rs", "text that the file does not have", "MUTANT")
        with unittest.mock.patch.object(mutants, "CHANGES", [*mutants.CHANGES, gone]):
            with self.assertRaisesRegex(mutants.MissingPlace, "the mutation `gone` finds its place 0 times"):
                mutants.apply(ROOT)


class Overlay(unittest.TestCase):
    """The overlay and the variables, as read by SAM's own classes."""

    FUNCTIONS = {
        "login": {"logical_id": "LoginFunction", "environment": {"USERS_TABLE": "users", "WEB_ORIGIN": "http://127.0.0.1:3000"}},
        "play-video": {"logical_id": "PlayVideoFunction", "environment": {"MUX_STREAM_URL": "http://127.0.0.1:3002"}},
        "change-plan": {"logical_id": "ChangePlanFunction", "environment": {"STRIPE_BASE_URL": "http://127.0.0.1:3001/"}},
    }

    def setUp(self):
        self.described = {
            name: function | {"sdk_environment": {
                "AWS_ENDPOINT_URL": "http://127.0.0.1:3003", "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": f"AKIDLOCAL.{name}", "AWS_SECRET_ACCESS_KEY": "secret",
            }}
            for name, function in self.FUNCTIONS.items()
        }
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("FOLDER", "OVERLAY", "VARIABLES", "CONFIGURATION"):
            path = getattr(sam_overlay, name)
            self.addCleanup(setattr, sam_overlay, name, path)
            setattr(sam_overlay, name, folder / path.name if name != "FOLDER" else folder)
        self.write("x86_64")

    def write(self, architecture: str):
        code = ROOT / "target/lambda"
        sam_overlay.write(architecture, code, self.described, "172.17.0.1", "http://127.0.0.1:3000")

    def functions(self) -> dict:
        from samcli.lib.providers.sam_function_provider import SamFunctionProvider
        from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

        stacks, _ = SamLocalStackProvider.get_stacks(str(sam_overlay.OVERLAY))
        return {function.functionname: function for function in SamFunctionProvider(stacks).get_all()}

    def variables(self, name: str) -> dict:
        from samcli.commands.local.lib.local_lambda import LocalLambdaRunner

        overrides = json.loads(sam_overlay.VARIABLES.read_text())
        runner = LocalLambdaRunner(None, None, str(ROOT), str(ROOT), env_vars_values=overrides)
        runner.get_aws_creds = dict
        return runner._make_env_vars(self.functions()[name]).resolve()

    def test_a_function_is_named_as_its_binary_and_built_for_this_machine(self):
        for architecture in ("x86_64", "arm64"):
            self.write(architecture)
            functions = self.functions()
            self.assertEqual(set(functions), set(self.FUNCTIONS))
            for name, function in functions.items():
                self.assertEqual(function.architecture, architecture)
                self.assertEqual(function.codeuri, str(ROOT / "target/lambda" / name))
                self.assertEqual(function.runtime, "provided.al2023")

    def test_a_function_gets_the_platforms_tables_and_its_own_credentials(self):
        variables = self.variables("login")
        self.assertEqual(variables["USERS_TABLE"], "users")
        self.assertEqual(variables["AWS_ENDPOINT_URL"], "http://172.17.0.1:3003")
        self.assertEqual(variables["AWS_ACCESS_KEY_ID"], "AKIDLOCAL.login")
        self.assertEqual(variables["AWS_SECRET_ACCESS_KEY"], "secret")
        self.assertEqual(self.variables("play-video")["AWS_ACCESS_KEY_ID"], "AKIDLOCAL.play-video")

    def test_the_log_names_a_function_as_the_project_does(self):
        self.assertEqual(self.variables("play-video")["AWS_LAMBDA_FUNCTION_NAME"], "play-video")

    def test_containers_call_the_bridge_and_browsers_call_loopback(self):
        self.assertEqual(self.variables("change-plan")["STRIPE_BASE_URL"], "http://172.17.0.1:3001/")
        self.assertEqual(self.variables("play-video")["MUX_STREAM_URL"], "http://127.0.0.1:3002")
        self.assertEqual(self.variables("login")["WEB_ORIGIN"], "http://127.0.0.1:3000")

    def test_the_api_has_the_routes_of_these_functions(self):
        from samcli.lib.providers.api_provider import ApiProvider
        from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

        stacks, _ = SamLocalStackProvider.get_stacks(str(sam_overlay.OVERLAY))
        routes = {(route.path, method) for route in ApiProvider(stacks).api.routes for method in route.methods if method != "OPTIONS"}
        self.assertEqual(routes, {("/api/auth/login", "POST"), ("/api/videos/{id}/play", "GET"), ("/api/subscription/change", "POST")})


class Engine(unittest.TestCase):
    def test_a_missing_container_engine_is_reported_with_an_alternative(self):
        nowhere = {"DOCKER_HOST": "unix:///nowhere/docker.sock", "CONTAINER_HOST": "unix:///nowhere/podman.sock"}
        for settings in (nowhere, nowhere | {"CONTAINER_GATEWAY": "172.17.0.1"}):
            done = run(["scripts/sam-local"], settings)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("no container engine", done.stderr)
            self.assertIn("make watch", done.stderr)
            self.assertNotIn("Traceback", done.stderr)
            self.assertEqual(done.stdout, "", "nothing is built")

    def gateway(self, *ranges: dict[str, str], system: str = "Debian GNU/Linux 12", name: str = "bridge") -> str:
        """The gateway that the script finds if the network `name` has these address ranges."""
        other = unittest.mock.Mock(attrs={"IPAM": {"Config": [{"Subnet": "10.1.0.0/16", "Gateway": "10.1.0.1"}]}})
        other.name = "of-another-project"
        network = unittest.mock.Mock(attrs={"IPAM": {"Config": list(ranges) or None}})
        network.name = name
        client = unittest.mock.Mock()
        client.info.return_value = {"OperatingSystem": system}
        client.networks.list.return_value = [other, network]
        with unittest.mock.patch("platform.system", return_value="Linux"):
            return container_engine.gateway_of(client)

    def test_containers_reach_this_machine_at_its_address_on_their_bridge(self):
        named = {"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.254"}
        self.assertEqual(self.gateway(named), "172.18.0.254")
        self.assertEqual(self.gateway(named, name="podman"), "172.18.0.254")
        self.assertEqual(self.gateway(named, system="Docker Desktop"), "host.docker.internal")

    def test_a_bridge_that_docker_has_just_created_has_the_first_address_of_its_range(self):
        self.assertEqual(self.gateway({"Subnet": "172.17.0.0/16"}), "172.17.0.1")

    def test_the_platform_listens_on_ipv4_so_ranges_of_ipv6_are_skipped(self):
        self.assertEqual(self.gateway({"Subnet": "fd00::/80", "Gateway": "fd00::1"}, {"Subnet": "172.17.0.0/16"}), "172.17.0.1")

    def test_without_a_bridge_the_setting_is_named(self):
        with self.assertRaisesRegex(SystemExit, "CONTAINER_GATEWAY"):
            self.gateway()


class Routes(unittest.TestCase):
    def test_the_manifest_is_up_to_date_and_a_new_route_makes_it_stale(self):
        template, manifest = sam_overlay.TEMPLATE.read_text(), watch_routes.MANIFEST.read_text()
        self.assertEqual(watch_routes.updated(manifest, template), manifest)
        moved = template.replace("Path: /api/plans\n", "Path: /api/tariffs\n")
        changed = watch_routes.updated(manifest, moved)
        self.assertIn('"/api/tariffs" = [', changed)
        self.assertNotIn('"/api/plans"', changed)
        self.assertEqual(watch_routes.updated(changed, template), manifest)


class Watch(unittest.TestCase):
    """`make watch` and `make events`, from the start to the responses."""

    def setUp(self):
        self.port = local_platform.five_free_ports()
        while not is_free(self.port + 5):
            self.port += 6
        self.environment = {"PORT": str(self.port), "DATA_DIR": ":memory:", "SEED": "demo"}
        self.process = subprocess.Popen(
            ["scripts/watch", "--ignore-changes"], cwd=ROOT, env=os.environ | self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        self.addCleanup(self.stop)
        until = time.monotonic() + START_SECONDS_MAX
        while is_free(self.port + 5):
            self.assertTrue(self.process.poll() is None and time.monotonic() < until, "cargo lambda watch did not start")
            time.sleep(0.1)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)
        self.assertTrue(is_free(self.port), "the platform has ended as well")

    def call(self, path: str, **headers: str) -> tuple[int, dict]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port + 5}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def test_functions_handle_their_routes_and_their_events(self):
        self.assertEqual(self.call("/api/plans")[0], 200)
        status, refused = self.call("/api/auth/me")
        self.assertEqual((status, refused["error"]["code"]), (401, "UNAUTHENTICATED"))
        self.assertEqual(self.call("/api/nothing/here")[1]["error"]["code"], "NOT_FOUND")

        written = run(["scripts/events"], self.environment)
        self.assertEqual(written.returncode, 0, written.stderr)
        # One of each kind: without a token, a viewer's, an admin's, with an id in its path, a provider's, a job.
        for name in ("login", "get-me", "list-members", "play-video", "stripe-webhook", "send-mail"):
            answered = run(["cargo", "lambda", "invoke", name, "--invoke-address", "127.0.0.1", "--invoke-port", str(self.port + 5),
                            "--data-file", f"events/local/{name}.json"], {})
            self.assertEqual(answered.returncode, 0, f"{name}: {answered.stderr}")
            answer = json.loads(answered.stdout)
            self.assertTrue(name == "send-mail" or answer["statusCode"] == 200, f"{name}: {answer}")

        # The router also passes the path's parameter.
        event = json.loads((ROOT / "events/local/play-video.json").read_text())
        status, played = self.call(event["rawPath"], authorization=event["headers"]["authorization"])
        self.assertEqual(status, 200, played)

    def test_a_functions_keys_allow_only_what_its_policies_allow(self):
        import boto3
        from botocore.exceptions import ClientError

        lines = (local_platform.TARGET / "watch/get-me.env").read_text().splitlines()
        variables = dict(line.split("=", 1) for line in lines)
        database = boto3.client(
            "dynamodb", endpoint_url=variables["AWS_ENDPOINT_URL"], region_name=variables["AWS_REGION"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"], aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )
        users = variables["USERS_TABLE"]
        found = database.batch_get_item(RequestItems={users: {"Keys": [{"pk": {"S": "USER#nobody"}}]}})
        self.assertEqual(found["Responses"], {users: []})

        for refused in (database.scan, database.describe_table):
            with self.assertRaisesRegex(ClientError, "AccessDenied"):
                refused(TableName=users)


def is_free(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


class MovedClock(unittest.TestCase):
    def test_a_moved_clock_is_mentioned(self):
        platform = Platform()
        for ahead, mentioned in ((0, False), (86_400, True)):
            platform.ask = lambda path, ahead=ahead: {"offset_seconds": ahead}
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                platform.warn_of_moved_clock()
            self.assertEqual("real time" in said.getvalue(), mentioned)


if __name__ == "__main__":
    unittest.main()
