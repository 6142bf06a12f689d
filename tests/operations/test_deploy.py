"""`make deploy`: the commands that it would run, and the mistakes that it refuses before running any."""

import re
import shlex
import unittest

from support import ROOT, Aws, run

OPERATIONS = (ROOT / "docs/OPERATIONS.md").read_text(encoding="utf-8")
FIRST = "WebOrigin=https://tv.example CorsOrigins=https://tv.example MailFrom=no-reply@tv.example MailIdentity=tv.example"


def documented() -> list[str]:
    """Every `make deploy` command of the documentation, verbatim."""
    blocks = re.findall(r"```sh\n(.*?)```", OPERATIONS, re.DOTALL)
    return [block for block in blocks if block.startswith("make deploy")]


def overrides(output: str) -> dict[str, str]:
    """The parameters of the printed `sam deploy`, as SAM's own parser reads them."""
    from samcli.cli.types import CfnParameterOverridesType

    line = next(line for line in output.splitlines() if line.startswith("sam deploy"))
    words = shlex.split(line)
    values = words[words.index("--parameter-overrides") + 1:]
    return CfnParameterOverridesType().convert(tuple(values), None, None)


class Deploy(unittest.TestCase):
    def setUp(self):
        self.aws = Aws()
        self.addCleanup(self.aws.close)

    def deploy(self, parameters: str = "", **settings: str):
        environment = self.aws.environment() | {"DRY": "1", "PARAMETERS": parameters, "REGION": "us-east-1"} | settings
        return run(["scripts/deploy"], environment)

    def test_the_documented_commands_pass_each_parameter_as_intended(self):
        commands = documented()
        self.assertGreaterEqual(len(commands), 3)
        done = run(["bash", "-ec", commands[0]], self.aws.environment() | {"DRY": "1"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(overrides(done.stdout), {
            "WebOrigin": "https://tv.example", "CorsOrigins": "https://tv.example",
            "MailFrom": "Example TV <no-reply@tv.example>", "MailIdentity": "tv.example",
            "AlarmEmail": "ops@tv.example", "Architecture": "arm64",
        })
        self.aws.stacks["marquee"] = {"status": "UPDATE_COMPLETE", "parameters": {"Architecture": "arm64"}}
        for command in commands[1:]:
            done = run(["bash", "-ec", command], self.aws.environment() | {"DRY": "1"})
            self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")
            self.assertIn("--region eu-central-1", done.stdout)

    def test_indentation_and_extra_white_space_make_no_difference(self):
        for separator in ("\n", "\r\n", "\t", "\n\n   \n"):
            with self.subTest(separator=separator):
                done = self.deploy(separator + FIRST.replace(" ", separator) + separator)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(overrides(done.stdout)["WebOrigin"], "https://tv.example")
                self.assertEqual(overrides(done.stdout)["MailIdentity"], "tv.example")
        self.assertIn("names `MailFrom` twice", self.deploy(f"{FIRST} MailFrom=other@tv.example").stderr)
        folded = FIRST.replace("MailFrom=no-reply@tv.example", 'MailFrom="Example\n   TV <no-reply@tv.example>"')
        self.assertEqual(overrides(self.deploy(folded).stdout)["MailFrom"], "Example TV <no-reply@tv.example>")

    def test_values_that_a_shell_or_sam_could_split_arrive_whole(self):
        quoted = FIRST.replace("MailFrom=no-reply@tv.example", """'MailFrom="TV, Films" <no-reply@tv.example>'""")
        self.assertEqual(overrides(self.deploy(quoted).stdout)["MailFrom"], '"TV, Films" <no-reply@tv.example>')
        several = FIRST.replace("CorsOrigins=https://tv.example", "CorsOrigins=https://tv.example,https://m.tv.example")
        self.assertEqual(overrides(self.deploy(several).stdout)["CorsOrigins"], "https://tv.example,https://m.tv.example")

    def test_a_wrong_parameter_is_refused_by_name_before_anything_runs(self):
        wrong = {
            "WebOrigin=https://tv.example/": "scheme and host",
            "WebOrigin=tv.example": "scheme and host",
            "GraceDays=soon": "a number",
            "GraceDays=61": "from 0 to 60",
            "GraceDays=-1": "from 0 to 60",
            "SecretsFilled=maybe": "one of no, yes",
            "WebOrigins=https://tv.example": "no parameter `WebOrigins`",
            "Architecture=x86_64": "ARCHITECTURE=",
            "GraceDays": "not Name=value",
            "MailFrom=Example TV <a@tv.example>": "in quotes",
            'MailFrom="Example TV': "a quote that is not closed",
        }
        for text, why in wrong.items():
            with self.subTest(text=text):
                done = self.deploy(text)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(why, done.stderr)
                self.assertNotIn("sam", done.stdout)

    def test_a_new_stack_needs_its_four_parameters_and_an_existing_one_does_not(self):
        done = self.deploy("WebOrigin=https://tv.example")
        self.assertEqual(done.returncode, 1)
        self.assertIn("marquee is new in us-east-1, so PARAMETERS must name CorsOrigins, MailFrom, MailIdentity", done.stderr)
        self.aws.stacks["marquee"] = {"status": "CREATE_COMPLETE"}
        self.assertEqual(self.deploy().returncode, 0)

    def test_missing_or_refused_credentials_do_not_make_a_stack_look_new(self):
        nobody = {name: "" for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        refusals = [
            (nobody, None, "no AWS credentials"),
            ({}, ("ExpiredToken", "The security token included in the request is expired"), "have expired"),
            ({}, ("InvalidClientTokenId", "The security token included in the request is invalid."), "does not accept"),
            ({}, ("AccessDenied", "not authorized to perform: cloudformation:DescribeStacks"), "not allowed"),
            ({"AWS_ENDPOINT_URL_CLOUDFORMATION": "http://127.0.0.1:9"}, None, "could not be reached"),
        ]
        for changed, refusal, why in refusals:
            with self.subTest(why=why):
                self.aws.refusal = refusal
                done = self.deploy(FIRST, DRY="", **changed)
                self.assertEqual(done.returncode, 1)
                self.assertIn(why, done.stderr)
                self.assertNotIn("is new", done.stdout + done.stderr)
                self.assertNotIn("sam", done.stdout)
                dry = self.deploy(FIRST, **changed)
                self.assertEqual(dry.returncode, 0, dry.stderr)
                self.assertIn("not known whether the stack marquee exists", dry.stdout)

    def test_the_stack_keeps_its_architecture(self):
        self.aws.stacks["marquee"] = {"status": "UPDATE_COMPLETE", "parameters": {"Architecture": "x86_64"}}
        done = self.deploy("GraceDays=5")
        self.assertEqual(overrides(done.stdout), {"GraceDays": "5", "Architecture": "x86_64"})
        self.assertIn("""sam build --region us-east-1 --parameter-overrides 'Architecture="x86_64"'""", done.stdout)
        self.assertEqual(overrides(self.deploy(ARCHITECTURE="arm64").stdout)["Architecture"], "arm64")
        self.assertIn("one of arm64, x86_64", self.deploy(ARCHITECTURE="riscv").stderr)

    def test_leftovers_of_an_earlier_stack_are_reported_before_the_deployment(self):
        self.aws.secrets["marquee/stripe"] = None
        done = self.deploy(FIRST)
        self.assertEqual(done.returncode, 1)
        self.assertIn("marquee/stripe", done.stderr)
        self.assertIn("scripts/teardown marquee", done.stderr)

    def test_a_failed_first_deployment_is_cleared_and_a_stuck_one_is_reported(self):
        self.aws.stacks["marquee"] = {"status": "ROLLBACK_COMPLETE"}
        done = self.deploy(FIRST)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line.split(" --")[0] for line in done.stdout.splitlines() if not line.startswith("#")]
        self.assertEqual(lines, ["sam delete", "scripts/build-web", "sam build", "sam deploy", "scripts/publish-web marquee"])
        self.aws.stacks["marquee"] = {"status": "ROLLBACK_FAILED"}
        self.assertIn("ROLLBACK_FAILED", self.deploy(FIRST).stderr)

    def test_deploying_installs_nothing_that_only_tests_need(self):
        setup = (ROOT / "scripts/setup").read_text(encoding="utf-8")
        self.assertIn('[ "$1" != test ] || command -v chromium', setup)
        for script in ("scripts/deploy", "scripts/grant-admin"):
            self.assertNotRegex((ROOT / script).read_text(encoding="utf-8"), r'setup"?,? "?(test|run)')


if __name__ == "__main__":
    unittest.main()
