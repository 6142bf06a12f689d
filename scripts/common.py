"""Shared by the operators' scripts: the interpreter with boto3, helpful error messages, and queries about a stack."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
TOOLS = ROOT / ".tools/python"

# A laptop has no instance role. Without this, boto3 reports missing credentials only after a long wait.
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
# The AWS SDK for Python reads only AWS_DEFAULT_REGION; all other AWS tools read AWS_REGION.
if "AWS_REGION" in os.environ:
    os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"]


def use_tools() -> None:
    """Restarts the script with the interpreter in .tools/python, which has boto3 and SAM, if it is installed."""
    python = TOOLS / "bin/python"
    if python.exists() and pathlib.Path(sys.prefix) != TOOLS:
        os.execv(python, [str(python), *sys.argv])


def fail(message: str) -> None:
    """Ends the script with a message that starts with its name."""
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")


def explain(error: Exception) -> str:
    """Explains an AWS error to the person who runs the script."""
    from botocore import exceptions

    if isinstance(error, (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)):
        return "no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    if isinstance(error, (exceptions.TokenRetrievalError, exceptions.SSOError, exceptions.UnauthorizedSSOTokenError)):
        return "the AWS sign-in has expired: run `aws sso login`"
    if isinstance(error, exceptions.ProfileNotFound):
        return str(error)
    if isinstance(error, exceptions.NoRegionError):
        return "no region: export AWS_REGION=eu-central-1"
    if isinstance(error, exceptions.ClientError):
        code = error.response["Error"].get("Code", "")
        message = error.response["Error"].get("Message", "")
        if code in ("ExpiredToken", "ExpiredTokenException", "RequestExpired"):
            return "the AWS credentials have expired: sign in again"
        if code in ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"):
            return f"AWS does not accept these credentials ({code})"
        if code in ("AccessDenied", "AccessDeniedException"):
            return f"these credentials are not allowed to do that: {message}"
        return f"AWS refused: {code}: {message}"
    return f"AWS could not be reached: {error}"


def stack_of(name: str, cloudformation) -> dict | None:
    """The stack as CloudFormation describes it; `None` only if CloudFormation says that it does not exist.

    Any other error is raised: a failed query does not mean that the stack is new.
    """
    from botocore.exceptions import ClientError

    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        detail = error.response["Error"]
        if detail.get("Code") == "ValidationError" and "does not exist" in detail.get("Message", ""):
            return None
        raise


def outputs_of(stack: dict) -> dict[str, str]:
    """A stack's outputs by name."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def parameters_of(stack: dict) -> dict[str, str]:
    """A stack's parameters by name."""
    return {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])}
