"""The repository and the command line of the end-to-end tests."""

from tests.e2e.conftest import _clean_variables, repo, run

__all__ = ["_clean_variables", "repo", "run"]
