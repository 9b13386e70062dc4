"""Which columns hold vectors after all migrations, and how wide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.load.indexes.index import Fact
from msdiff.load.indexes.migrations import is_migration, replayed
from msdiff.load.indexes.sql import steps_of
from msdiff.load.indexes.sql_text import sql_of
from msdiff.model.values import Unknown, Value

TABLE = "CREATE TABLE documents (id bigserial primary key, embedding vector(1536) not null);\n"


def columns(*files: str | tuple[str, str]) -> dict[str, Value | Unknown]:
    """The width of each column that is left; files without a name are numbered."""
    named = [one if isinstance(one, tuple) else (f"db/{number}.sql", one) for number, one in enumerate(files)]
    found = replayed({path: steps_of(path, text.encode()) for path, text in named})
    return {one.name: one.dimension.value for one in found if one.dimension}


@pytest.mark.parametrize(
    "text",
    [
        "create table documents (embedding vector(768))",
        "CREATE TABLE IF NOT EXISTS public.documents (\n id int,\n  embedding  VECTOR ( 768 ) NOT NULL\n);",
        'CREATE TABLE "public"."documents" ("id" int, "embedding" "extensions"."vector"(768));',
        "create unlogged table documents (a numeric(10, 2), embedding halfvec(768))",
        "alter table only documents add embedding vector(768)",
        "ALTER TABLE documents ADD COLUMN IF NOT EXISTS embedding vector(768), ADD COLUMN note text;",
        "DO $$ BEGIN\n IF NOT EXISTS (select 1) THEN ALTER TABLE documents ADD COLUMN embedding vector(768); END IF;\nEND $$;",
        "/* ; create table documents (embedding vector(3)) */ create table documents (embedding vector(768)); -- vector(4)",
        "insert into x values ('it''s; -- no'); create table documents (embedding vector(768));",
    ],
)
def test_ways_to_make_a_column(text: str) -> None:
    assert columns(text) == {"documents.embedding": 768}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ALTER TABLE documents ALTER COLUMN embedding TYPE vector(768) USING NULL;", {"documents.embedding": 768}),
        ("alter table documents alter embedding set data type public.vector(768)", {"documents.embedding": 768}),
        ("ALTER TABLE documents ALTER COLUMN embedding TYPE text", {}),
        ("ALTER TABLE documents DROP COLUMN IF EXISTS embedding CASCADE", {}),
        (
            "ALTER TABLE documents DROP COLUMN embedding; ALTER TABLE documents ADD embedding vector(768)",
            {"documents.embedding": 768},
        ),
        ("DROP TABLE IF EXISTS other, public.documents CASCADE;", {}),
        ("ALTER TABLE documents RENAME TO pages", {"pages.embedding": 1536}),
        ("ALTER TABLE documents RENAME COLUMN embedding TO vec", {"documents.vec": 1536}),
        ("CREATE TABLE IF NOT EXISTS documents (embedding vector(768))", {"documents.embedding": 1536}),
        ("ALTER TABLE documents ADD COLUMN IF NOT EXISTS embedding vector(768)", {"documents.embedding": 1536}),
        (
            "DROP TABLE documents; CREATE TABLE documents (embedding vector(:width))",
            {"documents.embedding": Unknown("`:width` is filled in when the migration runs")},
        ),
        ("create table images (embedding vector(512))", {"documents.embedding": 1536, "images.embedding": 512}),
        ("create table notes (embedding vector)", {"documents.embedding": 1536}),
        (
            "create or replace function f(q vector(768), n int) returns table (e vector(3)) as $f$ declare x vector(9); $f$",
            {"documents.embedding": 1536, "f(q)": 768},
        ),
        ("create function f(q vector(768)) returns int as 'x'; drop function f(vector)", {"documents.embedding": 1536}),
        (
            "select ai.create_vectorizer('documents'::regclass, embedding => ai.embedding_ollama('acme-embed', 768))",
            {"documents.embedding": 1536, "vectorizer of acme-embed": 768},
        ),
        (
            "-- +goose Up\nalter table documents add b vector(2);\n-- +goose Down\ndrop table documents;",
            {"documents.embedding": 1536, "documents.b": 2},
        ),
    ],
)
def test_a_later_migration_overrides(text: str, left: dict[str, Value | Unknown]) -> None:
    assert columns(TABLE, text) == left


def test_numbers_in_names_are_numbers() -> None:
    retyped = "ALTER TABLE documents ALTER COLUMN embedding TYPE vector(%d)"
    assert columns(("V10__c.sql", retyped % 3), ("V2__b.sql", retyped % 2), ("V1__a.sql", TABLE)) == {
        "documents.embedding": 3
    }
    folders = [("m/2_b/migration.sql", retyped % 2), ("m/1_a/migration.sql", TABLE)]
    assert columns(*folders) == {"documents.embedding": 2}


def test_the_metric_and_the_kind_of_index() -> None:
    text = (
        TABLE
        + "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON public.documents USING hnsw ((embedding::halfvec(1536)) halfvec_ip_ops);"
    )
    (found,) = replayed({"a.sql": steps_of("a.sql", text.encode())})
    said = [(fact.value, _at(text, fact)) for fact in (found.dimension, found.metric, found.kind) if fact]
    assert said == [(1536, "1536) n"), ("dotProduct", "ip_ops)"), ("hnsw", "hnsw ((")]


def _at(text: str, fact: Fact) -> str:
    return text.split("\n")[fact.place.line - 1][fact.place.column - 1 :][:7]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("db/1_init.sql", True),
        ("db/breakdown.sql", True),
        ("db/1_init.down.sql", False),
        ("db/000001_x_down.sql", False),
        ("db/U1__x.sql", False),
        ("db/rollback.sql", False),
        ("db/tests/schema.sql", False),
        ("db/schema.json", False),
    ],
)
def test_what_is_a_migration(path: str, wanted: bool) -> None:
    assert is_migration(path) is wanted


PIECES = st.sampled_from(
    [
        *("create table t (", "e vector(3)", ")", ";", "--", "/*", "*/", "'", "$$", "$a$", "do ", "\n"),
        *("alter table t ", "add e vector(4)", "drop table t", '"'),
    ]
)


@given(st.lists(PIECES, max_size=40))
def test_every_text_is_read_and_places_stay(pieces: list[str]) -> None:
    text = "".join(pieces)
    sql = sql_of(text)
    assert text.startswith(sql.texts) or len(sql.code) == len(sql.texts) == len(text)
    lines = text.split("\n")
    for step in steps_of("a.sql", text.encode()):
        if step.width is not None:
            place = step.width.place
            assert lines[place.line - 1][place.column - 1 :].lstrip()[:1] in ("3", "4")


def test_hostile_texts_take_time_in_proportion() -> None:
    for piece in (
        "/*",
        "$a$",
        "'",
        "create table t (e vector(",
        "drop table a,",
        "--",
        "create index on t using hnsw ((",
    ):
        steps_of("a.sql", b"vector " + piece.encode() * 20_000)
