"""A judged event -> its Check Run.

Promise: green is only what neither fails the run nor is worse than safe; what is let pass (`fail-on`, a label) is grey.
"""

from __future__ import annotations

from msdiff.commands.github_judging import Judged
from msdiff.commands.github_text import check_text
from msdiff.commands.options import Arguments
from msdiff.errors import ManyErrors
from msdiff.model.finding import Verdict
from msdiff.report.escape import shorten
from msdiff.report.wording import headline
from msdiff.scm.github_check import Check, Conclusion
from msdiff.scm.github_event import Event

_NAME = "msdiff verdict"  # the documented job is called `msdiff`, which makes a Check Run of that name
_TITLE = 200  # characters


def check_of(event: Event, judged: Judged, arguments: Arguments, *, accepted: bool) -> Check:
    """What the Check Run is to say."""
    key = arguments.comment_key
    return Check(
        name=_NAME if key == "default" else f"{_NAME} ({key})",
        head=judged.head,
        conclusion=_conclusion(judged, accepted=accepted),
        title=shorten(_title(judged), _TITLE),
        summary=check_text(judged, arguments, accepted=accepted),
        address=event.run_url,
    )


def _conclusion(judged: Judged, *, accepted: bool) -> Conclusion:
    if judged.exit_code and not accepted:
        return Conclusion.FAILURE
    is_good = judged.report is None or judged.report.verdict <= Verdict.SAFE
    return Conclusion.SUCCESS if is_good else Conclusion.NEUTRAL


def _title(judged: Judged) -> str:
    if judged.error is not None:
        first = judged.error.errors[0] if isinstance(judged.error, ManyErrors) else judged.error
        return f"no verdict: {first.message}"
    if judged.report is None:
        return "nothing to compare"
    return f"{judged.report.verdict.value}: {headline(judged.report)}"
