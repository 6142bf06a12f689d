"""Writes what `sam local` needs in addition to template.yaml: an overlay of it, and the variables of every function.

`sam local` takes only part of a template as CloudFormation does. It resolves `!Ref UsersTable` to `UsersTable`, passes only
variables that the template declares, and takes `Architecture` from the parameter's default. The overlay and the variables say
what the local platform says.
"""

import json
import pathlib

from common import ROOT, TEMPLATE

FOLDER = ROOT / ".aws-sam/local"
OVERLAY = FOLDER / "template.yaml"
VARIABLES = FOLDER / "variables.json"
CONFIGURATION = FOLDER / "samconfig.toml"
# Settings with URLs that functions call. All other URLs are for browsers, which reach loopback.
CALLED = ("AWS_ENDPOINT_URL", "STRIPE_BASE_URL", "MUX_BASE_URL")
LOOPBACK = "127.0.0.1"


def overlay(text: str, architecture: str, code: pathlib.Path, sdk: set[str], names: set[str], web: str) -> dict:
    """The template for this machine, with only the functions in `names`, each named as its binary, with its code in code/NAME."""
    from samcli.yamlhelper import yaml_parse

    template = yaml_parse(text)
    parameters = template["Parameters"]
    parameters["Architecture"]["Default"] = architecture
    parameters["WebOrigin"]["Default"] = parameters["CorsOrigins"]["Default"] = web
    declared = template["Globals"]["Function"]["Environment"]["Variables"]
    declared.update({name: "" for name in sorted(sdk)})
    for logical_id, resource in list(template["Resources"].items()):
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        name = resource.pop("Metadata")["BuildProperties"]["Binary"]
        if name not in names:
            del template["Resources"][logical_id]
            continue
        resource["Properties"].update({"FunctionName": name, "CodeUri": str(code / name)})
        # SAM sets this to the logical id, which the log would then name.
        own = resource["Properties"].setdefault("Environment", {}).setdefault("Variables", {})
        own["AWS_LAMBDA_FUNCTION_NAME"] = name
    return template


def variables(functions: dict[str, dict], gateway: str) -> dict[str, dict[str, str]]:
    """The variables of each function by logical id, for `--env-vars`. Containers reach this machine at `gateway`."""
    return {
        function["logical_id"]: {
            name: value.replace(LOOPBACK, gateway) if name in CALLED else value
            for name, value in (function["environment"] | function["sdk_environment"]).items()
        }
        for function in functions.values()
    }


def write(architecture: str, code: pathlib.Path, functions: dict[str, dict], gateway: str, web: str) -> None:
    """Writes the overlay, the variables, and a configuration that names both, so `sam local` needs only one option."""
    FOLDER.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = TEMPLATE.read_text(encoding="utf-8")
    sdk = {name for function in functions.values() for name in function["sdk_environment"]}
    # JSON is YAML.
    OVERLAY.write_text(json.dumps(overlay(text, architecture, code, sdk, set(functions), web), indent=1), encoding="utf-8")
    VARIABLES.write_text(json.dumps(variables(functions, gateway), indent=1), encoding="utf-8")
    options = f"template = {json.dumps(str(OVERLAY))}\nenv_vars = {json.dumps(str(VARIABLES))}\n"
    commands = "".join(f"\n[default.local_{command}.parameters]\n{options}" for command in ("invoke", "start_api", "start_lambda"))
    CONFIGURATION.write_text(f"version = 0.1\n{commands}", encoding="utf-8")
