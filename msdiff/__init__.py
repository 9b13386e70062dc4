"""Compare two versions of an AI application graph: what changed, who is affected and by what path, what breaks.

The public API is `compare`, `load_graph` and `Report`. Each is imported when it is first asked for, so that
`import msdiff` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Report", "__version__", "compare", "load_graph"]
__version__ = "0.1.0"

_HOMES = {"compare": "msdiff.api", "load_graph": "msdiff.api", "Report": "msdiff.model.report"}

if TYPE_CHECKING:
    from msdiff.api import compare, load_graph
    from msdiff.model.report import Report
else:  # a type checker that saw it would take any name for one of ours

    def __getattr__(name):
        """A name of the public API, from the module that holds it."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found

    def __dir__():
        return sorted({*globals(), *_HOMES})
