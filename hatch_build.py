"""Build hook: the rules of this checkout in, one compiled artefact in the wheel out.

Every rule is checked on the way (names, types, conditions, placeholders), so a wheel with a broken rule is never built.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ARTEFACT = "msdiff/_compiled.json"


class CompiledRules(BuildHookInterface[Any]):
    """Compiles `rules/` into `msdiff/_compiled.json`. An editable install compiles on first use instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from msdiff.ruleset.library import compiled_text
        finally:
            sys.path.remove(self.root)
        written = Path(self.directory) / ".compiled-rules.json"
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(compiled_text(str(Path(self.root, "rules"))), encoding="utf-8")
        build_data["force_include"][str(written)] = ARTEFACT

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        Path(self.directory, ".compiled-rules.json").unlink(missing_ok=True)
