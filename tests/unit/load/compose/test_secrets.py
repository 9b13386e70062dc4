"""Which keys hold secrets, and that nothing of them comes out."""

import pytest

from msdiff.load.secrets import is_secret
from tests.unit.load.compose.stacks import SERVED, loaded

CANARY = "canary-4711"


@pytest.mark.parametrize(
    "key",
    [
        "HF_TOKEN",
        "OPENAI_API_KEY",
        "NGC_API_KEY",
        "POSTGRES_PASSWORD",
        "DB_PASS",
        "MINIO_SECRET_KEY",
        "apikey",
        "AWS_ACCESS_KEY_ID",
        "JWT_SECRET",
        "MODEL_TOKEN",
        "SENTRY_DSN",
        "BASIC_AUTH",
        "CLIENT_CERT",
    ],
)
def test_a_secret(key: str) -> None:
    assert is_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        "MODEL_ID",
        "MAX_TOKENS",
        "LLM_MAX_TOKENS",
        "MAX_TOTAL_TOKENS",
        "TOKENIZER",
        "APP_LLM_SERVERURL",
        "KEYCLOAK_URL",
        "PASSAGE_PREFIX",
        "MAX_INPUT_TOKENS",
    ],
)
def test_no_secret(key: str) -> None:
    assert not is_secret(key)


def test_nothing_of_a_secret_is_in_a_claim() -> None:
    secrets = f"""\
      OPENAI_API_KEY: {CANARY}
      MODEL_TOKEN: {CANARY}
      DATABASE_URL: postgresql://me:{CANARY}@store:6333/app?password={CANARY}
      LLM_URL: https://me:{CANARY}@api.example.com/v1
"""
    text = SERVED.replace("      VECTOR_URL", secrets + "      VECTOR_URL")
    found = loaded({"compose.yaml": text, ".env": f"HF_TOKEN={CANARY}\n", "other.env": f"MODEL_API_KEY={CANARY}\n"})
    assert ("app.DATABASE_URL", "store") in {one.value for one in found.claims}
    assert CANARY not in repr(found)
