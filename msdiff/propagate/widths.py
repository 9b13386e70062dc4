"""A model that gives vectors of another length to whoever asks for them.

In: an offered width, a wanted one, and what comparing them gave. Out: that, or undecided where the offered width is
only what the model gives when nobody asks for another one, and no file says whether somebody does.
"""

from __future__ import annotations

from msdiff.model.graph import Effective, Node
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.values import Unknown, Value
from msdiff.propagate.laws import as_set


def another_asked(node: Node, offered: Effective, wanted: Effective, outcome: Outcome) -> Outcome:
    """The outcome of comparing widths, where `offered` may be a table's figure for a reducible model."""
    if not isinstance(outcome, Violated) or not offered.is_of_table or isinstance(wanted.value, Unknown):
        return outcome
    usual, others = offered.value, node.stated("model.matryoshka")
    if not any(_may_be_asked(one, usual, others) for one in as_set(wanted.value)):
        return outcome
    return Undecided(
        f"`{node.name}` gives {usual} numbers unless another length is asked for, and no file says what is"
    )


def _may_be_asked(width: Value, usual: Value | Unknown, others: Value) -> bool:
    """Whether the model gives a width on request: one that it is known to give, else any shorter one."""
    if isinstance(others, tuple):
        return width in others
    return others is True and isinstance(width, int) and isinstance(usual, int) and width < usual
