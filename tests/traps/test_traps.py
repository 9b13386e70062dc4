"""No trap is fallen into: the findings and the verdict are those that follow from the design.

Of the rules that the traps are about, that is; what others say beside them is theirs to test, as long as the verdict stays.
"""

import pytest

from msdiff.model.obligation import Status
from tests.snapshots import compared
from tests.traps import budget, path, policy, store, topology, wire
from tests.traps.trap import Trap

KINDS = {"wire": wire, "store": store, "path": path, "budget": budget, "topology": topology, "policy": policy}
TRAPS = [pytest.param(trap, id=f"{kind}: {trap.name}") for kind, module in KINDS.items() for trap in module.TRAPS]
RULES = {rule for module in KINDS.values() for trap in module.TRAPS for rule, *_ in trap.found}


@pytest.mark.parametrize("trap", TRAPS)
def test_the_trap_is_seen(trap: Trap) -> None:
    report = compared(*trap.files)
    found = sorted(
        (one.rule, one.node or "", one.status.value, one.verdict.value)
        for one in report.findings
        if one.status is not Status.PREEXISTING and one.rule in RULES
    )
    assert (found, report.verdict.value) == (sorted(trap.found), trap.verdict)


@pytest.mark.parametrize("kind", KINDS)
def test_there_are_ten_of_each_kind(kind: str) -> None:
    names = [trap.name for trap in KINDS[kind].TRAPS]
    assert len(set(names)) == len(names) >= 10
