"""A model gateway's configuration (LiteLLM): alone, and mounted into a service of a stack."""

import pytest

from msdiff.model.finding import Verdict
from msdiff.model.values import Unknown, Value
from msdiff.resolve import resolve
from tests.snapshots import checked
from tests.snapshots import found as findings
from tests.unit.load.compose.stacks import edges, graphs, loaded, nodes, place, report, told

CONFIG = """\
model_list:
  - model_name: chat
    litellm_params: {model: hosted_vllm/acme/answer-v1, api_base: "http://vllm:8000/v1", timeout: 30, api_key: not-read}
    model_info: {id: chat-a, max_input_tokens: 16384}
  - model_name: chat
    litellm_params: {model: hosted_vllm/acme/answer-v1, api_base: "http://vllm:8000/v1", timeout: 20, num_retries: 4}
  - model_name: small
    litellm_params: {model: openai/acme-mini-2026-01-01}
  - model_name: long
    litellm_params: {model: os.environ/LONG_MODEL, timeout: 120}
  - model_name: embed
    litellm_params: {model: openai/text-embedding-3-large, dimensions: 1024}
    model_info: {mode: embedding}
router_settings:
  num_retries: 2
  timeout: 60
  fallbacks: [{chat: [small, chat-a]}]
  context_window_fallbacks: [{chat: [long]}, {long: [chat]}]
  model_group_alias: {gpt-4: chat}
litellm_settings:
  num_retries: 9
  default_fallbacks: [small]
"""
ALONE = {"gateway/config.yaml": CONFIG}
STACK = {
    "compose.yaml": """\
services:
  app: {build: ., environment: {LLM_URL: "http://litellm:4000", LLM_MODEL: chat}}
  litellm:
    image: ghcr.io/berriai/litellm:main-v1.80.0
    volumes: ["./gateway/config.yaml:/app/config.yaml:ro"]
    command: --config /app/config.yaml
  vllm: {image: "vllm/vllm-openai:v0.11.0", command: --model acme/answer-v1 --port 8000}
  mail: {image: "axllent/mailpit:v1.27"}
""",
    **ALONE,
}


def call(alias: str, files: dict[str, str] = ALONE) -> dict[str, Value | Unknown]:
    """What is said of the gateway's call of an alias, the statement that counts first."""
    (graph,) = resolve(loaded(files).claims, files.keys())
    edge = next(one for one in graph.edges.values() if (one.producer, one.consumer) == ("litellm", alias))
    return {name: one.value for name, one in edge.attributes.items() if name != "edge.kind"}


def test_each_alias_is_a_node_that_the_gateway_calls() -> None:
    assert graphs(ALONE) == {"gateway/config": {"litellm", "chat", "small", "long", "embed"}}
    assert told(ALONE, "node:litellm") == {
        "role": "gateway",
        "model.servedNames": ("chat", "embed", "gpt-4", "long", "small"),
    }
    assert told(ALONE, "node:chat") == {
        "role": "generator",
        "model.id": "acme/answer-v1",
        "endpoint.provider": "hosted_vllm",
        "endpoint.host": "vllm",
        "model.contextWindow": 16384,
        "fallback": "small",
    }
    assert told(ALONE, "node:embed") == {
        "role": "embedder",
        "model.id": "text-embedding-3-large",
        "endpoint.provider": "openai",
        "endpoint.external": True,
        "outputs.vector.type": "embedding",
        "outputs.vector.dimension": 1024,
    }
    assert place(ALONE, "node:chat", "model.id") == "gateway/config.yaml:3:29"
    assert place(ALONE, "node:chat", "fallback") == "gateway/config.yaml:17:22"


def test_tries_and_time_limits() -> None:
    """The first try counts; a deployment's own figure counts before the router's, that before the proxy's."""
    assert call("chat") == {"edge.perTryTimeoutMs": 20_000, "edge.maxAttempts": 5}
    assert call("small") == {"edge.perTryTimeoutMs": 60_000, "edge.maxAttempts": 3}
    assert call("long") == {"edge.perTryTimeoutMs": 120_000, "edge.maxAttempts": 3}
    assert call("small", {"a.yaml": CONFIG.replace("  num_retries: 2\n", "")})["edge.maxAttempts"] == 10


def test_fallbacks_for_one_kind_of_failure_are_edges_in_no_circle() -> None:
    assert {one for one in edges(ALONE) if one[0].startswith(("chat.", "long."))} == {
        ("chat.context_window_exceeded", "long")
    }


def test_a_default_steps_in_for_nodes_of_its_role() -> None:
    assert told(ALONE, "node:long")["fallback"] == "small"
    assert "fallback" not in told(ALONE, "node:embed")
    assert "fallback" not in told(ALONE, "node:small")
    star = CONFIG.replace("default_fallbacks: [small]", 'fallbacks: [{"*": [small]}]')
    assert told({"a.yaml": star}, "node:long")["fallback"] == "small"


def test_a_model_from_the_environment_is_unknown() -> None:
    assert told(ALONE, "node:long")["model.id"] == Unknown("nothing sets LONG_MODEL")


def test_several_models_behind_one_alias_are_all_of_them() -> None:
    text = CONFIG.replace(
        "litellm_params: {model: hosted_vllm/acme/answer-v1", "litellm_params: {model: azure/acme-b", 1
    )
    assert told({"a.yaml": text}, "node:chat")["model.id"] == "acme-b or acme/answer-v1"


def test_a_pattern_takes_any_name() -> None:
    text = CONFIG.replace("model_name: small", 'model_name: "openai/*"').replace("[small,", "[openai/other,")
    files = {"a.yaml": text}
    assert "model.servedNames" not in told(files, "node:litellm")
    assert told(files, "node:chat")["fallback"] == "openai/*"


def test_a_fallback_that_does_not_exist_dangles() -> None:
    files = {"a.yaml": CONFIG.replace("[small, chat-a]", "[smal]")}
    assert ("dangling-reference", "chat") in {(one.rule, one.node) for one in checked(files).findings}


def test_in_a_stack_the_service_is_the_gateway() -> None:
    assert nodes(STACK) == {"app", "litellm", "vllm", "chat", "small", "long", "embed"}
    assert {one for one in edges(STACK) if "litellm" in one or one[1] == "vllm"} == {
        ("app.LLM_URL", "litellm"),
        ("chat.api_base", "vllm"),
    }
    assert told(STACK, "node:litellm")["role"] == "gateway"
    assert loaded(STACK).notes == ("Compose services that serve no model and call none are left out: mail",)


def test_an_alias_that_is_named_like_a_service_is_told_apart() -> None:
    files = {**STACK, "gateway/config.yaml": CONFIG.replace("model_name: small", "model_name: app")}
    assert "litellm/app" in nodes(files)


def changed(old: str, new: str, files: dict[str, str] = STACK) -> set[tuple[str, str, str, str]]:
    head = {path: text.replace(old, new) if path.endswith("config.yaml") else text for path, text in files.items()}
    assert head != files
    return {one for one in findings(report(files, head)) if one[2] == "introduced"}


def test_an_alias_that_callers_still_ask_for() -> None:
    told = changed("model_name: chat", "model_name: talk")
    assert ("served-model-name-mismatch", "litellm", "introduced", "breaking") in told


def test_another_model_behind_an_alias_that_its_server_does_not_serve() -> None:
    told = changed("hosted_vllm/acme/answer-v1", "hosted_vllm/acme/answer-v2")
    assert ("served-model-name-mismatch", "vllm", "introduced", "breaking") in told


def test_a_fallback_taken_away() -> None:
    told = changed("  default_fallbacks: [small]\n", "", ALONE)
    assert {(one[0], one[1]) for one in told} == {("fallback-removed", "long")}


def test_what_means_nothing_is_no_change() -> None:
    text = CONFIG.replace("timeout: 60", "timeout: 60.0").replace("\n", "\r\n") + "# num_retries: 5\n"
    assert report(ALONE, {"gateway/config.yaml": text}).verdict is Verdict.UNCHANGED


@pytest.mark.parametrize(
    "text",
    ["model_list: []\nlitellm_params: x", "model_list: {litellm_params: 1}", "# model_list: litellm_params:\na: 1"],
)
def test_what_holds_no_alias_is_no_graph(text: str) -> None:
    assert loaded({"a.yaml": text}).claims == ()


def test_secrets_are_not_read() -> None:
    assert "not-read" not in repr(loaded(ALONE))


GUARDS = """\
guardrails:
  - guardrail_name: injection
    litellm_params: {guardrail: lakera_v2, mode: pre_call, default_on: true, api_key: not-read}
  - guardrail_name: pii
    litellm_params: {guardrail: presidio, mode: [pre_call, post_call], default_on: "true"}
  - guardrail_name: on-request
    litellm_params: {guardrail: aporia, mode: pre_call}
  - guardrail_name: answers
    litellm_params: {guardrail: aporia, mode: post_call, default_on: true}
"""
GUARDED = {"gateway/config.yaml": CONFIG + GUARDS}


def test_guards_that_every_request_passes_stand_before_the_generators() -> None:
    assert {one for one in nodes(GUARDED) if "/" in one} == {"litellm/injection", "litellm/pii"}
    assert {one for one in edges(GUARDED) if one[0].startswith("litellm")} == {
        ("litellm.injection", "litellm/injection"),
        ("litellm/injection.pii", "litellm/pii"),
        ("litellm/pii.chat", "chat"),
        ("litellm/pii.small", "small"),
        ("litellm/pii.long", "long"),
        ("litellm.embed", "embed"),
    }
    assert told(GUARDED, "node:litellm/pii") == {"role": "guardrail", "guard.stage": "input"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (GUARDS, ""),
        ('default_on: "true"', "default_on: false"),
        ("mode: [pre_call, post_call]", "mode: [post_call]"),
    ],
)
def test_a_guard_that_requests_pass_no_more(old: str, new: str) -> None:
    told = changed(old, new, GUARDED)
    assert ("guardrail-removed", "litellm/pii", "introduced", "breaking") in told


def test_a_guard_that_came_breaks_nothing() -> None:
    assert {one[3] for one in findings(report(ALONE, GUARDED)) if one[2] == "introduced"} <= {"risky", "safe"}
