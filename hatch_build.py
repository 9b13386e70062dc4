"""Build hook: the rules and tables of this checkout in, two compiled artefacts in the wheel out.

Every rule is checked on the way (names, types, conditions, placeholders), so a wheel with a broken rule is never built.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ARTEFACT, MODEL_FACTS = "msdiff/_compiled.json", "msdiff/_model_facts.json"


class CompiledRules(BuildHookInterface[Any]):
    """Compiles `rules/` into `msdiff/_compiled.json`, and the model facts beside it. An editable install compiles on first use."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from msdiff.ruleset.library import compiled_text, model_facts_text
        finally:
            sys.path.remove(self.root)
        for artefact, make in ((ARTEFACT, compiled_text), (MODEL_FACTS, model_facts_text)):
            written = self._written(artefact)
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(make(str(Path(self.root, "rules"))), encoding="utf-8")
            build_data["force_include"][str(written)] = artefact

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        for artefact in (ARTEFACT, MODEL_FACTS):
            self._written(artefact).unlink(missing_ok=True)

    def _written(self, artefact: str) -> Path:
        return Path(self.directory, f".built{Path(artefact).name}")
