"""`scripts/restore copy` and `scripts/teardown`, against the local platform's DynamoDB and Secrets Manager."""

import os
import unittest

from support import Aws, Platform, platform_environment, run


class Backups(unittest.TestCase):
    def setUp(self):
        self.platform = self.enterContext(Platform.in_memory(seed="none"))
        self.aws = Aws()
        self.addCleanup(self.aws.close)
        # The fake serves CloudFormation, tags and S3; the platform serves tables and secrets.
        self.environment = self.aws.environment() | platform_environment(self.platform)
        import boto3

        keys = {name: self.environment[name.upper()] for name in ("aws_access_key_id", "aws_secret_access_key")}
        settings = {"endpoint_url": self.platform.aws, "region_name": self.environment["AWS_REGION"], **keys}
        self.dynamodb = boto3.resource("dynamodb", **settings)
        self.secrets = boto3.client("secretsmanager", **settings)

    def rows(self, table: str) -> list[dict]:
        return sorted(self.dynamodb.Table(table).scan()["Items"], key=lambda row: str(sorted(row.items())))

    def twin(self, table: str) -> str:
        """A table with the same keys, as a restore creates it."""
        original = self.dynamodb.Table(table)
        keys = {one["AttributeName"] for one in original.key_schema}
        self.dynamodb.create_table(
            TableName=f"{table}-at-20260301T000000Z", KeySchema=original.key_schema, BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[one for one in original.attribute_definitions if one["AttributeName"] in keys],
        )
        return f"{table}-at-20260301T000000Z"

    def put(self, table: str, *rows: dict):
        for row in rows:
            self.dynamodb.Table(table).put_item(Item=row)

    def copy(self, *arguments: str):
        return run(["scripts/restore", "copy", *arguments], self.environment)

    def test_missing_rows_come_back_and_rows_that_changed_since_stay(self):
        backup = self.twin("videos")
        old = [{"id": f"v{number}", "title": f"Film {number}", "rank": number} for number in range(250)]
        self.put(backup, *old)
        self.put("videos", old[0], {"id": "v1", "title": "A new title"}, {"id": "new", "title": "Newer than the backup"})

        looked = self.copy(backup, "videos")
        self.assertEqual(looked.returncode, 0, looked.stderr)
        self.assertEqual(len(self.rows("videos")), 3, "a comparison writes nothing")
        self.assertIn("     248 missing", looked.stdout)
        self.assertIn("       1 different", looked.stdout)

        done = self.copy(backup, "videos", "--missing")
        self.assertEqual(done.returncode, 0, done.stderr)
        after = {row["id"]: row for row in self.rows("videos")}
        self.assertEqual(len(after), 251)
        self.assertEqual(after["v1"]["title"], "A new title")
        self.assertEqual(after["v249"], old[249])

        self.assertEqual(self.copy(backup, "videos", "--all").returncode, 0)
        after = {row["id"]: row for row in self.rows("videos")}
        self.assertEqual((after["v1"], after["new"]["title"]), (old[1], "Newer than the backup"))
        self.assertIn("     250 same", self.copy(backup, "videos").stdout)

    def test_accounts_deleted_since_the_backup_do_not_come_back(self):
        backup = self.twin("users")
        gone = [{"pk": "USER#gone", "name": "Ada"}, {"pk": "EMAIL#ada@tv.example", "user_id": "gone"}]
        kept = [{"pk": "USER#kept", "name": "Bo"}, {"pk": "EMAIL#bo@tv.example", "user_id": "kept"}]
        self.put(backup, *gone, *kept)
        self.put("subscriptions", {"pk": "CUST#cus_1", "user_id": "gone", "deleted_at": "2026-03-02T00:00:00.000Z"})
        self.put("subscriptions", {"pk": "CUST#cus_2", "user_id": "kept"})

        done = self.copy(backup, "users", "--missing", "--deleted-in", "subscriptions")

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.rows("users"), sorted(kept, key=lambda row: str(sorted(row.items()))))
        self.assertIn("       2 of deleted users", done.stdout)

    def test_tables_with_other_keys_and_tables_that_do_not_exist_are_refused(self):
        done = self.copy("videos", "sessions")
        self.assertEqual(done.returncode, 1)
        self.assertIn("do not have the same keys", done.stderr)
        done = self.copy("videos-at-never", "videos")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("Traceback", done.stderr)
        for wrong in ("yesterday", "2026-03-01", "2026-03-01T12:00:00"):
            done = run(["scripts/restore", "table", "tv", "VideosTable", wrong], self.environment)
            self.assertEqual(done.returncode, 2, done.stderr)

    def tables(self) -> set[str]:
        return {table.name for table in self.dynamodb.tables.all()}

    def test_a_teardown_only_lists_until_the_name_is_given_twice(self):
        secret = self.secrets.describe_secret(SecretId="marquee/stripe")["ARN"]
        resources = [
            ("AWS::DynamoDB::Table", "videos"), ("AWS::SecretsManager::Secret", secret),
            ("AWS::S3::Bucket", "tv-web"), ("AWS::Lambda::Function", "tv-login"),
        ]
        self.aws.stacks["tv"] = {"status": "CREATE_COMPLETE", "resources": resources}
        self.aws.buckets["tv-web"] = [("index.html", "1"), ("index.html", "2"), ("assets/a.js", "3")]
        self.dynamodb.meta.client.update_table(TableName="videos", DeletionProtectionEnabled=True)
        before = self.tables()

        for arguments in (["tv"], ["tv", "--delete", "television"]):
            done = run(["scripts/teardown", *arguments], self.environment)
            self.assertEqual(done.returncode, 0 if len(arguments) == 1 else 1, done.stderr)
            self.assertEqual(self.tables(), before)
            self.assertIn("tv", self.aws.stacks)
            self.assertEqual(len(self.aws.buckets["tv-web"]), 3)
        listed = run(["scripts/teardown", "tv"], self.environment).stdout
        for name in ("stack tv", "bucket tv-web", "table videos", secret, "Nothing was deleted"):
            self.assertIn(name, listed)

        done = run(["scripts/teardown", "tv", "--delete", "tv"], self.environment)

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.tables(), before - {"videos"}, "no other stack's table was deleted")
        self.assertEqual((self.aws.stacks, self.aws.buckets), ({}, {}))
        with self.assertRaises(self.secrets.exceptions.ResourceNotFoundException):
            self.secrets.describe_secret(SecretId="marquee/stripe")
        self.assertEqual(self.secrets.describe_secret(SecretId="marquee/mux")["Name"], "marquee/mux")
        self.assertIn("nothing is left of tv", run(["scripts/teardown", "tv"], self.environment).stdout)

    def test_resources_of_a_deleted_stack_are_found_by_their_tag(self):
        self.aws.tagged = [
            ("tv", "arn:aws:dynamodb:us-east-1:000000000000:table/audit"),
            ("other", "arn:aws:dynamodb:us-east-1:000000000000:table/users"),
        ]
        done = run(["scripts/teardown", "tv", "--delete", "tv"], self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("audit", self.tables())
        self.assertIn("users", self.tables())


if __name__ == "__main__":
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    unittest.main()
