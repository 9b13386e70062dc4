"""Every request that we send, and every answer of the fake, against GitHub's own description of its API.

The description (https://github.com/github/rest-api-description, also in the npm package `@octokit/openapi`) is 13 MB and
is not kept here: `MSDIFF_GITHUB_OPENAPI` names the file `api.github.com.json`.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.e2e.playground import APP, WIDER
from tests.e2e.test_github import PATCH
from tests.unit.github import payloads
from tests.unit.github.fake import BOT, Exchange, Fault
from tests.unit.github.steps import Step, a_step

__all__ = ["a_step"]  # the fixture

FILE = os.environ.get("MSDIFF_GITHUB_OPENAPI", "")
pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not FILE, reason="MSDIFF_GITHUB_OPENAPI does not name GitHub's API description"),
]
_ARGUMENT = re.compile(r"\{[^}]+\}")


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(FILE).read_text())
    return found


@cache
def components() -> dict[str, Any]:
    found: dict[str, Any] = converted({"schemas": description()["components"]["schemas"]})
    return found


def converted(said: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(said, list):
        return [converted(one) for one in said]
    if not isinstance(said, dict):
        return said
    found = {key: converted(value) for key, value in said.items() if key not in ("nullable", "example", "examples")}
    return {"anyOf": [found, {"type": "null"}]} if said.get("nullable") is True else found


def operation(one: Exchange) -> dict[str, Any]:
    """What the description says of this request; the most literal path counts."""
    fitting = [
        path
        for path, verbs in description()["paths"].items()
        if one.verb.lower() in verbs and re.fullmatch(_ARGUMENT.sub("[^/]+", path), one.path)
    ]
    assert fitting, f"GitHub has no {one.verb} {one.path}"
    found: dict[str, Any] = description()["paths"][min(fitting, key=lambda path: path.count("{"))][one.verb.lower()]
    return found


def resolved(said: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in said:
        return said
    found: Any = description()
    for key in said["$ref"].removeprefix("#/").split("/"):
        found = found[key]
    return resolved(found)


def problems(one: Exchange) -> Iterator[str]:
    """What of this exchange GitHub's description does not allow."""
    said = operation(one)
    known = {resolved(parameter)["name"]: resolved(parameter) for parameter in said.get("parameters", ())}
    for name, values in one.query.items():
        schema = known[name]["schema"] if name in known and known[name]["in"] == "query" else {"not": {}}
        yield from against(schema, int(values[0]) if values[0].isdecimal() else values[0], f"?{name}")
    if "requestBody" in said:
        yield from against(said["requestBody"]["content"]["application/json"]["schema"], one.request, "request")
    elif one.request is not None:
        yield "a body where there is none"
    answer = resolved(said["responses"].get(str(one.status), {}))
    if not answer:
        yield f"{one.status} is no answer of {one.verb} {one.path}"
    content = answer.get("content", {}).get("application/json")
    if content:
        yield from against(content["schema"], one.answer, "answer")


def against(schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    validator = Draft202012Validator({**converted(schema), "components": components()})
    for error in validator.iter_errors(value):
        yield f"{where} {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def example(name: str) -> dict[str, Any]:
    """A pull request as the description shows it (its teams are not as it says)."""
    found: Any = description()["components"]["examples"][name]["value"]
    return {**(found[0] if isinstance(found, list) else found), "requested_teams": []}


def file_of_a_pull_request(name: str, patch: str) -> dict[str, Any]:
    found: Any = description()["components"]["examples"]["diff-entry-items"]["value"][0]
    return {**found, "filename": name, "patch": patch}


def test_the_description_finds_what_is_wrong() -> None:
    path = "/repos/acme/shop/issues/7/comments"
    wrong = Exchange("POST", path, {}, {"text": "x"}, 201, {"id": "1"}, {})
    assert len(list(problems(wrong))) > 3
    assert list(problems(Exchange("GET", path, {"perpage": ["9"]}, None, 200, [], {})))


def test_all_that_is_said_is_as_github_describes_it(step: Step) -> None:
    step.github.template = example("pull-request")
    step.github.pull(head=step.origin.feature)
    step.github.say("hello")
    step()
    first = step.github.comments[1002]["body"]
    step.github.say(first.replace("breaking", "duplicate"), author=BOT)
    step()
    step.push({"app.yaml": APP})
    step()
    step.github.fail("POST", Fault(403, "Resource not accessible by integration"))
    step("--comment", "always", "--comment-key", "other")
    step.github.files[7] = [file_of_a_pull_request("app.yaml", PATCH)]
    step.push({"app.yaml": WIDER}, run=1003)
    step("--suggest")
    step.push({"app.yaml": APP}, run=1004)
    step("--suggest")
    step("--check-run")
    step.push({"app.yaml": WIDER}, run=1005)
    step("--check-run", "--fail-on", "never")
    step("--check-run")
    step.github.template = example("pull-request-simple-items")
    step.github.pull(head=step.origin.feature, repository="eve/shop")
    step.event("workflow_run", payloads.workflow_run(head=step.origin.feature, fork="eve/shop"))
    step("--report", str(step.folder / "temp/msdiff/msdiff.json"))
    verbs = [one.verb for one in step.github.exchanges]
    assert set(verbs) == {"GET", "POST", "PATCH", "DELETE"}
    found = [f"{one.verb} {one.path}: {said}" for one in step.github.exchanges for said in problems(one)]
    assert found == []
