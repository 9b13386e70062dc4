"""What the words of the attribute catalogue mean: laws (`family`) and how far a change travels (`flow`).

A test compares them with the words of `rules/attributes.yaml`.
"""

FAMILIES = {
    "aggregate": "summed or compared with a limit along a path: times, prices, sizes",
    "availability": "whether the graph can answer without it",
    "cardinality": "how many there are, and what makes one out of many",
    "count": "the producer's least reaches what the consumer needs",
    "coverage": "what is emitted is a subset of what is understood",
    "exact": "equal, or among the accepted values",
    "features": "what is needed is a subset of what is offered",
    "guard": "a guard that counts stands on every way",
    "identity": "equal, or among the accepted values; equal numbers elsewhere prove nothing",
    "labels": "what may be emitted is handled, or there is a default",
    "none": "compared for equality only: no obligation follows from it",
    "parameters": "what is sent is among what is accepted",
    "pin": "how exactly something is named",
    "policy": "labels, regions and licences that go with the data",
    "precision": "lower may be worse; for stored vectors it is another space",
    "provenance": "what was built is what the producer is now",
    "range": "the offered range lies in the accepted one, and kind and direction are equal",
    "schema": "every record that may be sent is accepted",
    "tensor": "types are equal, shapes unify over the graph",
    "timeout": "the outer limit is above what is nested under it",
    "union": "each type that may come is accepted",
    "upperBound": "the producer's most is at most the consumer's",
    "version": "compared for equality: msdiff does not assume that versions are ordered",
}

FLOWS = {
    "availability": "every node that needs it",
    "chunk": "from where text is cut to embedders, rerankers and prompts",
    "cost": "the sum of a cost SLO",
    "embedding": "from the embedder, through nodes that pass vectors on, to the store or cache that keeps them",
    "graph": "how the graph hangs together: paths and references are judged again",
    "guard": "every node that the guard stands in front of or behind",
    "labels": "whoever branches on the label",
    "language": "every consumer of the text",
    "latency": "every node whose arrival time differs, up to the SLO",
    "load": "how often what lies behind is called",
    "node": "nowhere: it concerns the node alone",
    "policy": "every node behind, until something redacts or declassifies",
    "quality": "every node behind",
    "schema": "whoever reads the fields",
    "score": "filters, routers and thresholds, until something scores again",
    "timeout": "up `call` edges, to whoever waits",
    "tokens": "the budgets that are counted in these tokens",
    "trace": "every node behind, as long as the trace goes along",
    "wire": "its own edge (and on through `passes`)",
}
