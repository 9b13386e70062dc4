"""Reports made by hand: a realistic one, one with 500 consumers, one of hostile text, and the quiet ones."""

from msdiff.model.change import Change
from msdiff.model.finding import Acceptance, Finding, Level, Related, Verdict
from msdiff.model.graph import Fact
from msdiff.model.location import Location
from msdiff.model.obligation import Status
from msdiff.model.report import (
    Affected,
    ClassifiedChange,
    Coverage,
    PathStep,
    Problem,
    Report,
    Side,
    SloResult,
    UndecidedObligation,
)
from msdiff.model.values import Unknown, Value
from tests.records import replace

APP = "support-assistant"
LEVELS = {Verdict.BREAKING: Level.ERROR, Verdict.RISKY: Level.WARNING, Verdict.SAFE: Level.NOTE}


def at(line: int, column: int = 9, file: str = "app.yaml") -> Location:
    return Location(file, line, column)


def changed(
    id: str,
    element: str,
    attribute: str,
    old: Value | Unknown,
    new: Value | Unknown,
    line: int,
    classification: Verdict = Verdict.SAFE,
    *,
    graph: str = APP,
    file: str = "app.yaml",
    reasons: tuple[str, ...] = (),
) -> ClassifiedChange:
    change = Change(
        id, "attribute.changed", graph, Fact(element, attribute), old, new, at(line, file=file), at(line, file=file)
    )
    return ClassifiedChange(change, classification, reasons)


def finding(
    rule: str,
    verdict: Verdict,
    message: str,
    *,
    node: str | None,
    causes: tuple[str, ...] = (),
    path: tuple[str, ...] = (),
    status: Status = Status.INTRODUCED,
    fix: str = "",
    line: int = 1,
    element: str | None = None,
    edge: str | None = None,
    graph: str = APP,
    fingerprint: str = "",
    hops: tuple[tuple[str, str], ...] = (),
    related: tuple[Related, ...] = (),
    owner: str | None = None,
    acceptance: Acceptance | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        title=f"About {rule}",
        verdict=verdict,
        level=LEVELS[verdict],
        status=status,
        graph=graph,
        message=message,
        fix=fix,
        docs=f"https://example.org/rules#{rule}",
        fingerprint=fingerprint or f"f-{rule}-{node or edge}",
        node=node,
        edge=edge,
        element=element,
        causes=causes,
        path=path,
        location=at(line),
        base_location=at(line),
        related=related,
        owner=owner,
        acceptance=acceptance,
        hops=hops,
    )


def report(
    *,
    verdict: Verdict = Verdict.UNCHANGED,
    exit_code: int = 0,
    changes: tuple[ClassifiedChange, ...] = (),
    findings: tuple[Finding, ...] = (),
    affected: tuple[Affected, ...] = (),
    slos: tuple[SloResult, ...] = (),
    undecided: tuple[UndecidedObligation, ...] = (),
    coverage: Coverage | None = None,
    problems: tuple[Problem, ...] = (),
    notes: tuple[str, ...] = (),
    graph_labels: tuple[str, ...] = (APP,),
    edges: dict[str, tuple[tuple[str, str], ...]] | None = None,
    roles: dict[str, dict[str, str]] | None = None,
    mode: str = "compare",
) -> Report:
    return Report(
        mode=mode,
        tool_version="0.1.0",
        base=Side("main", "1c644c9a2b7d4f0e8a11"),
        head=Side("merge of HEAD into main", "77aa01be4c9d0f3e5522"),
        verdict=verdict,
        exit_code=exit_code,
        fail_on="breaking",
        strict=False,
        changes=changes,
        findings=findings,
        affected=affected,
        slos=slos,
        undecided=undecided,
        coverage=coverage or Coverage(31, 31),
        problems=problems,
        notes=notes,
        graph_labels=graph_labels,
        edges=edges or {},
        roles=roles or {},
    )


EDGES = (
    ("user_input", "safety_filter"),
    ("safety_filter", "embedder"),
    ("embedder", "vector_db"),
    ("vector_db", "reranker"),
    ("reranker", "llm"),
    ("safety_filter", "llm"),
    ("llm", "answer_filter"),
)
ROLES = {
    "user_input": "entry",
    "safety_filter": "guardrail",
    "embedder": "embedder",
    "vector_db": "vectorStore",
    "reranker": "reranker",
    "llm": "generator",
    "answer_filter": "guardrail",
}
FIX_INDEX = "Build a new collection at 1024 dimensions and re-embed, or pin `embedder` back."


def embedder_swap() -> Report:
    """The embedder goes from 768 to 1024, the index stays; the reranker gets slower; and one of everything else."""
    model = Verdict.BREAKING
    changes = (
        changed("c1", "node:embedder", "model.id", "intfloat/e5-base-v2", "intfloat/e5-large-v2", 19, model),
        changed("c2", "node:embedder", "outputs.vector.dimension", 768, 1024, 21, model),
        changed("c3", "node:embedder", "latency.p95Ms", 12, 18, 22, Verdict.BREAKING),
        changed("c4", "node:reranker", "latency.p95Ms", 80, 160, 34, Verdict.BREAKING),
        changed(
            "c5",
            "node:llm",
            "model.tokenizer",
            "llama-3",
            "llama-3.1",
            40,
            Verdict.UNVERIFIED,
            reasons=("`reranker` declares no outputs.documents.tokenizer",),
        ),
        changed("c6", "node:safety_filter", "guard.kinds", ("toxicity",), ("prompt_injection", "toxicity"), 12),
        ClassifiedChange(
            Change("c7", "edge.added", APP, Fact("edge:llm.answer->answer_filter.text"), None, None, None, at(52)),
            Verdict.SAFE,
        ),
    )
    findings = (
        finding(
            "embedding-dimension-mismatch",
            Verdict.BREAKING,
            "`embedder` gives 1024, `vector_db` accepts 768.",
            node="vector_db",
            edge="embedder.vector->vector_db.query",
            causes=("c2",),
            path=("embedder", "vector_db"),
            fix=FIX_INDEX,
            line=26,
            fingerprint="4f1c9a02d7",
            owner="@acme/search",
            hops=(("embedder", "gives 1024"), ("vector_db", "accepts 768")),
            related=(
                Related(at(25), "`store.builtWith.dimension` still says 768"),
                Related(at(7, file="deploy/index.yaml"), "the collection is created with 768"),
            ),
        ),
        finding(
            "embedding-space-changed",
            Verdict.BREAKING,
            "`vector_db` was built with intfloat/e5-base-v2, `embedder` is now intfloat/e5-large-v2.",
            node="vector_db",
            causes=("c1", "c2"),
            path=("embedder", "vector_db"),
            fix=FIX_INDEX,
            line=25,
            fingerprint="81b0aa57c3",
            owner="@acme/search",
        ),
        finding(
            "similarity-threshold-uncalibrated",
            Verdict.RISKY,
            "`reranker` keeps documents over 0.72, a threshold tuned to intfloat/e5-base-v2.",
            node="reranker",
            causes=("c1",),
            path=("embedder", "vector_db", "reranker"),
            line=36,
            fix="Measure the threshold again with the new embedder.",
            fingerprint="c09d41e8b6",
        ),
        finding(
            "path-latency-slo-exceeded",
            Verdict.BREAKING,
            "p95 budgets on the way to `llm` add to 633 ms, the SLO allows 600.",
            node="llm",
            element="slo:answer",
            causes=("c3", "c4"),
            line=56,
            fingerprint="2be7710f94",
            path=("reranker", "llm"),
            fix="Free 33 ms on the critical path, or raise the SLO with its owner.",
        ),
        finding(
            "rerank-top-n-mismatch",
            Verdict.RISKY,
            "`reranker` needs 10 documents, `vector_db` gave 5.",
            node="reranker",
            status=Status.RESOLVED,
            causes=("c4",),
            line=30,
            fingerprint="9a33",
        ),
        finding(
            "timeout-inverted",
            Verdict.RISKY,
            "`llm` waits 2000 ms for `reranker`, which may take 2500.",
            node="llm",
            status=Status.PREEXISTING,
            line=45,
            fingerprint="77c2",
        ),
        finding(
            "max-input-below-producer-max",
            Verdict.RISKY,
            "`user_input` may send 512 tokens, `embedder` reads 256.",
            node="embedder",
            status=Status.REVEALED,
            line=20,
            fingerprint="0d4e",
        ),
        finding(
            "model-revision-unpinned",
            Verdict.RISKY,
            "`llm` has no `model.revision`.",
            node="llm",
            line=39,
            status=Status.PREEXISTING,
            fingerprint="be01",
            acceptance=Acceptance(
                "the provider pins it", "@dana", "2026-12-31", False, at(3, 3, ".msdiff/accepted.yaml")
            ),
        ),
    )
    affected = (
        Affected(APP, "vector_db", Verdict.BREAKING, ("contract", "state"), ("c1", "c2"), ("embedder", "vector_db"), 0),
        Affected(APP, "reranker", Verdict.RISKY, ("calibration",), ("c1",), ("embedder", "vector_db", "reranker"), 0),
        Affected(APP, "llm", Verdict.BREAKING, ("latency",), ("c3", "c4"), ("reranker", "llm"), 1),
        Affected(
            APP, "answer_filter", Verdict.SAFE, ("contract",), ("c2",), ("embedder", "vector_db", "answer_filter"), 1
        ),
    )
    slo = SloResult(
        graph=APP,
        name="answer",
        at="llm",
        metric="completion",
        percentile="p95",
        limit=600,
        base=547,
        head=633,
        base_limit=600,
        verdict="budget-exceeded",
        critical_path=(
            PathStep("safety_filter", None, 30, 0),
            PathStep("embedder", None, 18, 6),
            PathStep("vector_db", None, 25, 0),
            PathStep("reranker", None, 160, 80),
            PathStep("llm", None, 400, 0),
        ),
        attribution=(("c4", 80), ("c3", 6)),
        reverts=(("c4",),),
        guarantee="5 figures at p95: at least 75 % of requests stay within the sum, whatever depends on what",
    )
    calm = SloResult(
        graph=APP,
        name="uptime",
        at="llm",
        metric="availability",
        percentile="",
        limit=0.995,
        base=0.997,
        head=0.997,
        base_limit=0.995,
        verdict="budget-fits",
        critical_path=(),
        attribution=(),
    )
    undecided = (
        UndecidedObligation(
            APP,
            "languages",
            "vector_db",
            "embedder.vector->vector_db.query",
            "`embedder` declares no languages",
            at(21),
            (),
        ),
        UndecidedObligation(
            APP,
            "tokenizer",
            "llm",
            "reranker.documents->llm.documents",
            "`reranker` declares no outputs.documents.tokenizer",
            at(35),
            ("c5",),
        ),
        UndecidedObligation(
            APP,
            "guard.onFailure",
            "safety_filter",
            None,
            "`safety_filter` does not say what it does when it fails",
            at(11),
            (),
        ),
        UndecidedObligation(APP, "slo.ttft", "llm", None, "`llm` declares no streaming.ttft.p95Ms", at(57), ()),
    )
    return report(
        verdict=Verdict.BREAKING,
        exit_code=1,
        changes=changes,
        findings=findings,
        affected=affected,
        slos=(slo, calm),
        undecided=undecided,
        coverage=Coverage(31, 27),
        notes=("head changes `msdiff.yaml`; this run used the one of base",),
        problems=(Problem("unknown key `dimention`", "did you mean dimension?", at(4, 7, "old/spec.yaml"), "base"),),
        edges={APP: EDGES},
        roles={APP: ROLES},
    )


def many_consumers(count: int = 500) -> Report:
    """One change that breaks `count` consumers behind one retriever, and two that are not like the others."""
    change = changed("c1", "node:embedder", "outputs.vector.dimension", 768, 1024, 21, Verdict.BREAKING)
    names = [f"service_{number:04}" for number in range(count)]
    findings = [
        finding(
            "embedding-dimension-mismatch",
            Verdict.BREAKING,
            f"`retriever` gives 1024, `{name}` accepts 768.",
            node=name,
            causes=("c1",),
            path=("embedder", "retriever", name),
            line=100 + number,
            fix=FIX_INDEX,
            fingerprint=f"{number:010x}",
            owner=f"@acme/team-{number % 12}",
        )
        for number, name in enumerate(names)
    ]
    findings.append(
        finding(
            "similarity-threshold-uncalibrated",
            Verdict.RISKY,
            "`ranker` was tuned to the old vectors.",
            node="ranker",
            causes=("c1",),
            path=("embedder", "cache", "ranker"),
            line=90,
        )
    )
    affected = tuple(
        Affected(APP, one.node or "", one.verdict, ("contract",), ("c1",), one.path, 0) for one in findings
    )
    edges = (
        ("embedder", "retriever"),
        ("embedder", "cache"),
        ("cache", "ranker"),
        *(("retriever", name) for name in names),
    )
    return report(
        verdict=Verdict.BREAKING,
        exit_code=1,
        changes=(change,),
        findings=tuple(findings),
        affected=affected,
        coverage=Coverage(2000, 2000),
        edges={APP: edges},
        roles={APP: {"embedder": "embedder", "retriever": "retriever"}},
    )


PAYLOADS = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "title\x07\x1b]0;owned\x07",
    "back\x08\x08\x08\x08space",
    "carriage\rreturn",
    "line\nbreak",
    "two\n\n# Heading",
    "para\u2029graph\u2028line",
    "rtl\u202eoverride",
    "isolate\u2066\u2069",
    "zero\u200bwidth\u200d",
    "tag\U000e0041\U000e007f",
    "lone\ud800surrogate",
    "nul\x00byte",
    "c1\x9b31mcontrol",
    "@acme/everyone",
    "mail@evil.example",
    "fixes #123 and GH-456",
    "acme/repo#7",
    "https://evil.example/x?y=1",
    "www.evil.example",
    "<https://evil.example>",
    "[click](https://evil.example)",
    "![image](https://evil.example/i.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</details></summary><h1>out</h1>",
    "<!-- msdiff:marker -->",
    "--> B[owned]",
    "`code` break ``out`` ```fence```",
    "```\n@acme/everyone\n```",
    "a|b|c",
    "a\\|b\\",
    "- [ ] task",
    "> [!NOTE]\n> alert",
    "1. list **bold** _it_ ~~gone~~",
    "&lt;b&gt; &#64;acme &amp;",
    '"quote" #quot; %%{init: {"theme":"dark"}}%% end',
    'click n0 "javascript:alert(1)"; subgraph x',
    "$$\\href{https://evil.example}{x}$$ $`x`$",
    "::error file=a::owned",
    "##[error]owned ##vso[task.setvariable]x",
    "{{ secrets.TOKEN }} ${{ github.token }}",
    "'; rm -rf / #",
    "]]><svg onload=alert(1)>",
    "x" * 5000,
)


def hostile() -> Report:
    """Every payload at every place that text of the repository can reach."""
    changes = tuple(
        replace(
            changed(f"c{n}", f"node:{text}", text, text, f"{text}!", n + 1, Verdict.BREAKING, graph=text, file=text),
            reasons=(text,),
        )
        for n, text in enumerate(PAYLOADS)
    )
    findings = tuple(
        finding(
            "embedding-dimension-mismatch",
            Verdict.BREAKING,
            f"`{text}` gives {text}, `{text}`.",
            node=text,
            graph=text,
            causes=(f"c{n}",),
            path=(text, text),
            fix=f"Change `{text}` or {text}",
            fingerprint=text,
            owner=text,
            hops=((text, text),),
            related=(Related(Location(text, 1, 1), text),),
            status=status,
            acceptance=Acceptance(text, text, text, status is Status.WORSENED, Location(text, 1, 1))
            if accepted
            else None,
        )
        for n, text in enumerate(PAYLOADS)
        for status, accepted in (
            (Status.INTRODUCED, False),
            (Status.WORSENED, True),
            (Status.RESOLVED, False),
            (Status.PREEXISTING, True),
        )
    )
    affected = tuple(
        Affected(text, f"{text}2", Verdict.SAFE, (text,), (f"c{n}",), (text, text), 1)
        for n, text in enumerate(PAYLOADS)
    )
    slos = tuple(
        SloResult(
            text,
            text,
            text,
            "completion",
            text,
            1,
            2,
            3,
            1,
            "budget-exceeded",
            (PathStep(text, None, 1, 1),),
            ((f"c{n}", 1),),
            ((f"c{n}",),),
            text,
            text,
        )
        for n, text in enumerate(PAYLOADS)
    )
    undecided = tuple(UndecidedObligation(text, text, text, None, text, Location(text, 1, 1), ()) for text in PAYLOADS)
    return replace(
        report(
            verdict=Verdict.BREAKING,
            exit_code=1,
            changes=changes,
            findings=findings,
            affected=affected,
            slos=slos,
            undecided=undecided,
            coverage=Coverage(100, 60),
            notes=PAYLOADS,
            problems=tuple(Problem(text, text, Location(text, 1, 1), "head") for text in PAYLOADS),
            graph_labels=PAYLOADS,
            edges={text: ((text, f"{text}2"),) for text in PAYLOADS},
            roles={text: {text: text, f"{text}2": "generator"} for text in PAYLOADS},
        ),
        base=Side(PAYLOADS[0], PAYLOADS[1]),
        head=Side(PAYLOADS[15], None),
    )
