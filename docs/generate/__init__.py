"""What is generated in the documentation: tables from the data that the program reads, and the output of real runs.

`python -m docs.generate` brings every page up to date. `tests/test_docs.py` fails where one is not.
"""
