"""A model that gives shorter vectors to whoever asks for them.

In: an offered width, a wanted one, and what comparing them gave. Out: that, or undecided where the offered width is
only what the model gives when nobody asks for fewer, and no file says whether somebody does.
"""

from msdiff.model.graph import Effective, Node
from msdiff.model.obligation import Outcome, Undecided, Violated
from msdiff.model.values import Unknown
from msdiff.propagate.laws import as_set


def fewer_asked(node: Node, offered: Effective, wanted: Effective, outcome: Outcome) -> Outcome:
    """The outcome of comparing widths, where `offered` may be a table's figure for a reducible model."""
    if not isinstance(outcome, Violated) or not offered.is_of_table or not node.stated("model.matryoshka"):
        return outcome
    most = offered.value
    if not isinstance(most, int) or isinstance(wanted.value, Unknown):
        return outcome
    shorter = [one for one in as_set(wanted.value) if isinstance(one, int) and one < most]
    if not shorter:
        return outcome
    return Undecided(f"`{node.name}` gives {most} numbers unless fewer are asked for, and no file says how many are")
