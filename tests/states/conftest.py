"""The command line of the end-to-end tests, without the caller's variables."""

from tests.e2e.conftest import _clean_variables, run

__all__ = ["_clean_variables", "run"]
