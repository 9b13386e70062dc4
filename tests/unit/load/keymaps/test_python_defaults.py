"""Defaults in Python settings modules."""

from hypothesis import given
from hypothesis import strategies as st

from msdiff.load.keymaps.python_defaults import MAX_BYTES, MAX_TEXT, defaults_of

MODULE = """\
import os
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic import AliasChoices, Field

EMBED_MODEL = os.getenv("EMBED_MODEL", "acme/embed-v1")
DIM = int(os.environ.get("EMBED_DIM", 768))
TOP_K = os.getenv("TOP_K") or 20
URL = os.environ.get("STORE_URL", default="http://store:6333")
TOKEN = os.getenv("HF_TOKEN", "hf_not_read")
NOTHING = os.getenv("NOTHING")
BY_CODE = os.getenv("BY_CODE", compute())
EMPTY = os.getenv("EMPTY", "")
NOT_READ = dict(a=1).get("a", "b")


class Index(_Base):
    dimensions: int = Field(default=1024, env="APP_DIMENSIONS", description="Width")
    name: str = Field("acme/rank-v1", validation_alias=AliasChoices("RANK_MODEL", "RERANKER"))
    plain: str = "none of the environment's"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="rag_")
    llm_model: str = "acme/answer-v1"
    max_tokens: int = Field(default=512)
    api_key: str = "not read"
    maker: list[str] = Field(default_factory=list)


class Old(BaseSettings):
    timeout: float = 2.5

    class Config:
        env_prefix = "OLD_"
"""


def test_literal_defaults_by_variable() -> None:
    assert [(one.name, one.value, f"{one.line}:{one.column}") for one in defaults_of(MODULE.encode())] == [
        ("EMBED_MODEL", "acme/embed-v1", "5:40"),
        ("EMBED_DIM", 768, "6:39"),
        ("TOP_K", 20, "7:31"),
        ("STORE_URL", "http://store:6333", "8:43"),
        ("APP_DIMENSIONS", 1024, "17:37"),
        ("RANK_MODEL", "acme/rank-v1", "18:23"),
        ("RERANKER", "acme/rank-v1", "18:23"),
        ("RAG_LLM_MODEL", "acme/answer-v1", "24:22"),
        ("RAG_MAX_TOKENS", 512, "25:37"),
        ("OLD_TIMEOUT", 2.5, "31:22"),
    ]


def test_columns_count_characters() -> None:
    (found,) = defaults_of('A, B = "ä€", os.getenv("X", "y")\n'.encode())
    assert (found.line, found.column) == (1, 29)


def test_what_cannot_be_read_says_nothing() -> None:
    assert defaults_of(b"def broken(:") == ()
    assert defaults_of(b"\0") == ()
    assert defaults_of(b"(" * 10_000) == ()
    assert defaults_of(b"x = " + b"-" * 50_000 + b"1") == ()
    assert defaults_of(b"A = 1\n" * (MAX_BYTES // 6 + 1) + b'os.getenv("X", "y")') == ()
    assert defaults_of(f'os.getenv("X", "{"y" * (MAX_TEXT + 1)}")'.encode()) == ()


def test_nothing_is_run(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    code = b'import os, pathlib\npathlib.Path("ran").touch()\nA = os.getenv("A", "b")\n'
    assert [one.name for one in defaults_of(code)] == ["A"]
    assert not (tmp_path / "ran").exists()


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_left(data: bytes) -> None:
    for one in defaults_of(data):
        assert 1 <= one.line <= len(data.splitlines())
