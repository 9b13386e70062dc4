"""What the report says of a changed stack."""

from msdiff.model.finding import Verdict
from msdiff.report.json_v1 import render
from msdiff.report.options import RenderOptions
from tests.snapshots import found
from tests.unit.load.compose.stacks import SERVED, report

HOSTED = "EMBEDDING_MODEL=hub/acme/embed-v1\n#EMBEDDING_MODEL=acme/embed-v1\n"
STACK = {"compose.yaml": SERVED, "hosted.env": HOSTED, "settings/app.toml": 'model = "acme/embed-v1"\n'}
MOVED = SERVED.replace("embed-v1", "embed-v2")


def rules(base: dict[str, str], head: dict[str, str]) -> set[tuple[str, str, str, str]]:
    return {one for one in found(report(base, head)) if one[2] in ("introduced", "worsened")}


def test_another_embedder_over_a_kept_store_breaks() -> None:
    head = {**STACK, "compose.yaml": MOVED}
    assert ("embedding-space-changed", "embedder", "introduced", "breaking") in rules(STACK, head)


def test_the_places_that_were_forgotten_are_counted_and_named() -> None:
    told = [one for one in report(STACK, {**STACK, "compose.yaml": MOVED}).findings if one.rule == "partial-update"]
    assert [one.message for one in told] == [
        "4 places state this fact, 2 changed from acme/embed-v1 to acme/embed-v2; still old: hosted.env:1, settings/app.toml:1."
    ]
    assert [(str(one.location), one.message) for one in told[0].related] == [
        ("hosted.env:1:17", "still says EMBEDDING_MODEL: hub/acme/embed-v1"),
        ("settings/app.toml:1:9", "still says model: acme/embed-v1"),
    ]


def test_a_fact_that_changed_in_all_places_is_no_partial_update() -> None:
    head = {name: text.replace("embed-v1", "embed-v2") for name, text in STACK.items()}
    assert not any(one[0] == "partial-update" for one in rules(STACK, head))


def test_a_service_renamed_with_all_its_callers_is_one_rename() -> None:
    head = {"compose.yaml": SERVED.replace("embedder", "vectors")}
    told = report({"compose.yaml": SERVED}, head)
    assert [one.change.kind for one in told.changes] == ["node.renamed"]
    assert told.verdict is Verdict.SAFE


def test_a_caller_left_behind_dangles() -> None:
    head = {"compose.yaml": SERVED.replace("  embedder:", "  vectors:")}
    assert ("dangling-reference", "app", "introduced", "breaking") in rules({"compose.yaml": SERVED}, head)


def test_a_server_that_answers_to_another_name() -> None:
    text = """\
services:
  app: {build: ., environment: {LLM_URL: "http://llm:8000/v1", LLM_MODEL: openai/acme/answer}}
  llm: {image: "vllm/vllm-openai:v0.10.1", command: --model acme/answer --revision 1c644c92ad3ba1efdad3f1451a637716616a20e8}
"""
    base = {"compose.yaml": text}
    assert report(base, base).findings == ()
    head = {"compose.yaml": text.replace("--model acme/answer", "--model acme/answer --served-model-name chat")}
    assert rules(base, head) == {("served-model-name-mismatch", "llm", "introduced", "breaking")}


def test_a_server_that_listens_elsewhere() -> None:
    head = {"compose.yaml": SERVED.replace("--port 80", "--port 8080")}
    assert ("endpoint-changed", "embedder", "introduced", "breaking") in rules({"compose.yaml": SERVED}, head)


def test_a_newer_image() -> None:
    head = {"compose.yaml": SERVED.replace("cpu-1.7", "cpu-1.8")}
    assert rules({"compose.yaml": SERVED}, head) == {("engine-version-changed", "embedder", "introduced", "risky")}


def test_another_store() -> None:
    other = "  other: {image: 'semitechnologies/weaviate:1.33'}\n  mail:\n"
    base = {"compose.yaml": SERVED.replace("  mail:\n", other)}
    head = {"compose.yaml": base["compose.yaml"].replace("http://store:6333", "http://other:8080")}
    assert ("store-left-behind", "store", "introduced", "breaking") in rules(base, head)


def test_what_means_nothing_is_no_change() -> None:
    changes = {
        "a comment": SERVED + "# acme/embed-v3\n",
        "CRLF": SERVED.replace("\n", "\r\n"),
        "another order": SERVED.replace("services:\n", "").join(("", "")) or "",
        "the other form": SERVED.replace(
            "--model-id acme/embed-v1 --port 80", "['--model-id=acme/embed-v1', '--port', '80']"
        ),
        "a default": SERVED.replace("http://embedder:80", "${URL:-http://embedder:80}"),
        "a mail server": SERVED.replace("mailpit:v1.27", "mailpit:v1.28"),
        "shm_size": SERVED.replace("  embedder:\n", "  embedder:\n    shm_size: 16gb\n    runtime: nvidia\n"),
    }
    del changes["another order"]
    for name, text in changes.items():
        assert report({"compose.yaml": SERVED}, {"compose.yaml": text}).verdict is Verdict.UNCHANGED, name


def test_nothing_of_the_machine_is_in_the_report() -> None:
    text = render(report(STACK, {**STACK, "compose.yaml": MOVED}), RenderOptions())
    assert '"file": "compose.yaml"' in text


def test_services_that_know_each_others_addresses_are_no_endless_loop() -> None:
    text = """\
services:
  api: {build: ., environment: {WORKER_URL: "http://worker:80", LLM_URL: "http://llm:8000"}}
  worker: {build: .%s}
  llm: {image: "ollama/ollama:0.12.3"}
"""
    base = {"compose.yaml": text % ""}
    head = {"compose.yaml": text % ", environment: {API_URL: http://api:80}"}
    told = report(base, head)
    assert [one for one in rules(base, head) if one[0] == "cycle-without-bound"] == []
    assert "addresses in a stack say who may call whom, not that a request runs in a circle" in {
        one.reason for one in told.undecided
    }


def test_what_a_server_takes_is_no_input_that_somebody_must_be_wired_to() -> None:
    text = """\
services:
  app: {build: ., environment: {STORE_URL: "http://store:6333", LLM_URL: "http://llm:80"}}
  store: {image: "qdrant/qdrant:v1.15.0"}
  llm:
    image: ghcr.io/huggingface/text-generation-inference:3.3
    command: --model-id acme/answer --revision 1c644c92ad3ba1efdad3f1451a637716616a20e8 --max-input-tokens 4096
"""
    head = {"compose.yaml": text}
    told = report({"compose.yaml": text.replace("  app: {", "  other: {")}, head)
    assert [one.rule for one in told.findings] == []
    assert report(head, head).findings == ()
