"""`scripts/secrets`: keys are tested at the Stripe and Mux stand-ins before they are stored."""

import base64
import json
import unittest

from support import Aws, Platform, platform_environment, run


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = cls.enterClassContext(Platform.in_memory(seed="none"))
        config = cls.platform.ask("/config")
        cls.stripe_key = config["stripe"]["api_key"]
        cls.mux = config["mux"]
        cls.private_key = cls.signing_key()

    @classmethod
    def signing_key(cls) -> dict:
        """A new signing key, as Mux shows it once."""
        import urllib.request

        token = f"{cls.mux['token_id']}:{cls.mux['token_secret']}"
        request = urllib.request.Request(
            f"{cls.platform.mux}/system/v1/signing-keys", method="POST", data=b"",
            headers={"Authorization": "Basic " + base64.b64encode(token.encode()).decode()},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["data"]

    def setUp(self):
        self.aws = Aws()
        self.addCleanup(self.aws.close)
        self.aws.secrets = {f"tv/{name}": None for name in ("session-signing", "common", "stripe", "mux")}

    def secrets(self, *arguments: str, typed: list[str] = (), **changed: str):
        environment = self.aws.environment() | {"STRIPE_BASE_URL": self.platform.stripe, "MUX_BASE_URL": self.platform.mux}
        return run(["scripts/secrets", *arguments], environment | changed, "".join(f"{line}\n" for line in typed))

    def good(self) -> list[str]:
        return [
            self.stripe_key, "whsec_abc", self.mux["token_id"], self.mux["token_secret"], "mux-webhook",
            self.private_key["id"], self.private_key["private_key"],
        ]

    def stored(self, name: str) -> dict | None:
        value = self.aws.secrets[f"tv/{name}"]
        return None if value is None else json.loads(value)

    def test_working_keys_are_stored_and_never_shown(self):
        done = self.secrets("fill", "tv", typed=self.good())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.stored("stripe"), {"api_key": self.stripe_key, "webhook_secrets": ["whsec_abc"]})
        self.assertEqual(self.stored("mux"), {
            "token_id": self.mux["token_id"], "token_secret": self.mux["token_secret"], "webhook_secrets": ["mux-webhook"],
            "signing_key_id": self.private_key["id"], "signing_private_key": self.private_key["private_key"],
        })
        self.assertIn(self.stored("session-signing")["kid"], self.stored("common")["verification_keys"])
        for value in self.good():
            self.assertNotIn(value, done.stdout + done.stderr)
        before = dict(self.aws.secrets)
        self.assertEqual(self.secrets("fill", "tv").returncode, 0)
        self.assertEqual(self.aws.secrets, before, "secrets with a value are skipped")

    def test_a_key_that_does_not_work_is_not_stored(self):
        wrong = [
            (0, "sk_test_wrong", "Stripe does not know this key"),
            (0, "pk_test_public", "a secret key starts with"),
            (1, "abc", "starts with whsec_"),
            (3, "wrong", "Mux does not know this token"),
            (5, "no-such-key", "Mux has no signing key with this id"),
            (6, "bm90IGEga2V5", "not a private key"),
            (6, "", "no value was entered"),
        ]
        for place, value, why in wrong:
            with self.subTest(why=why):
                self.aws.secrets = {name: None for name in self.aws.secrets}
                typed = self.good()
                typed[place] = value
                done = self.secrets("fill", "tv", typed=typed)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(why, done.stderr)
                self.assertIsNone(self.stored("stripe" if place < 2 else "mux"))
                if value:
                    self.assertNotIn(value, done.stdout + done.stderr)

    def test_nothing_is_stored_when_a_provider_cannot_be_reached(self):
        done = self.secrets("fill", "tv", typed=self.good(), STRIPE_BASE_URL="http://127.0.0.1:9")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Stripe could not be reached", done.stderr)
        self.assertIsNone(self.stored("stripe"))

    def test_one_key_is_replaced_and_the_others_stay(self):
        self.assertEqual(self.secrets("fill", "tv", typed=self.good()).returncode, 0)
        before = dict(self.aws.secrets)
        self.assertEqual(self.secrets("set", "tv", "stripe.api_key", typed=["sk_test_wrong"]).returncode, 1)
        self.assertEqual(self.aws.secrets, before)

        self.assertEqual(self.secrets("set", "tv", "stripe.webhook_secret", typed=["whsec_new"]).returncode, 0)
        self.assertEqual(self.stored("stripe"), {"api_key": self.stripe_key, "webhook_secrets": ["whsec_new", "whsec_abc"]})
        again = self.signing_key()
        self.assertEqual(self.secrets("set", "tv", "mux.signing_key", typed=[again["id"], again["private_key"]]).returncode, 0)
        self.assertEqual(self.stored("mux")["signing_key_id"], again["id"])
        self.assertEqual(self.stored("mux")["token_secret"], self.mux["token_secret"])
        self.assertNotEqual(self.secrets("set", "tv", "stripe.everything").returncode, 0)

    def test_one_key_cannot_be_set_in_an_empty_secret(self):
        done = self.secrets("set", "tv", "stripe.api_key", typed=[self.stripe_key])
        self.assertEqual(done.returncode, 1)
        self.assertIn("scripts/secrets fill tv", done.stderr)
        self.assertIsNone(self.stored("stripe"))


if __name__ == "__main__":
    unittest.main()
