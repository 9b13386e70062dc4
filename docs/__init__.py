"""The documentation. A package so that `python -m docs.generate` finds what writes its generated parts."""
