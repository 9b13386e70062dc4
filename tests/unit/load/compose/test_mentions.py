"""Models named beside a stack."""

from msdiff.load.compose.mentions import mentions_of

TEXT = b"""\
# export APP_EMBEDDINGS_MODELNAME=commented
export APP_EMBEDDINGS_MODELNAME=nvdev/acme/embed-v1
OCR_HTTP_ENDPOINT=https://ai.example.com/v1/cv/acme/ocr-v2?key=x
APP_LLM_SERVERURL=http://llm:8000
llm:
  model_name: "acme/answer-v1" # why
  - MODEL=${MODEL:-acme/other}
  image:
    repository: hub.example.com/acme/rank-v1
MODEL_API_KEY=acme/secret
name: acme/embed-v1
"""


def test_mentions() -> None:
    found = [(one.key, one.value, one.location.line, one.location.column) for one in mentions_of("a.env", TEXT)]
    assert found == [
        ("APP_EMBEDDINGS_MODELNAME", "nvdev/acme/embed-v1", 2, 33),
        ("OCR_HTTP_ENDPOINT", "https://ai.example.com/v1/cv/acme/ocr-v2", 3, 19),
        ("model_name", "acme/answer-v1", 6, 15),
        ("MODEL", "acme/other", 7, 11),
        ("repository", "hub.example.com/acme/rank-v1", 9, 17),
    ]


def test_bytes_that_are_no_text() -> None:
    assert list(mentions_of("a.env", b"\0\1MODEL=acme/embed-v1")) == []


def test_variables_as_kubernetes_writes_them() -> None:
    text = b"""\
env:
  - name: EMBEDDING_MODEL_ID
    value: "acme/embed-v1"
  - name: HF_TOKEN
    value: acme/secret
  - value: acme/other
    name: LLM_MODEL_ID
  - name: LLM_MODEL_ID
    valueFrom: {configMapKeyRef: {name: llm, key: model}}
  - {name: RERANK_MODEL_ID, value: acme/rank-v1}
"""
    found = [(one.key, one.value, one.location.line, one.location.column) for one in mentions_of("a.yaml", text)]
    assert found == [("EMBEDDING_MODEL_ID", "acme/embed-v1", 3, 12)]
