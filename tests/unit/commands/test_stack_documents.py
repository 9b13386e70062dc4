"""What `msdiff init` writes for stacks."""

from msdiff.commands.overlays import overlay_text
from msdiff.resolve import resolve
from tests.unit.load.compose.stacks import SERVED, loaded

WRITTEN = """\
# Adds to what the files of the stack `compose` say. All keys: msdiff schema graph
apiVersion: msdiff/v1
kind: ApplicationGraph
metadata: {name: compose}
spec:
  nodes:
    store:
      # store: {builtWith: {node: embedder, model: acme/embed-v1}}  # what its vectors were made with
    app:
      # owner: your-team
  # slos:
  #   - {name: answer, at: app, percentile: p95, latencyMs: 1000}
"""


def test_a_document_for_a_stack() -> None:
    assert overlay_text(loaded({"compose.yaml": SERVED}).claims) == WRITTEN


def test_it_changes_nothing_until_it_is_filled_in() -> None:
    alone = loaded({"compose.yaml": SERVED})
    both = loaded({"compose.yaml": SERVED, "app.yaml": WRITTEN})
    assert both.problems == ()
    (before,), (after,) = resolve(alone.claims), resolve(both.claims)
    values = [
        {name: {key: one.value for key, one in node.attributes.items()} for name, node in graph.nodes.items()}
        for graph in (before, after)
    ]
    assert values[0] == values[1]


def test_no_stack() -> None:
    assert overlay_text(()) == ""
