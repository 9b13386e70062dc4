"""The nouns of msdiff: frozen types that pass from one step of the pipeline to the next.

Nothing here imports anything else of msdiff, and no type of a third-party library crosses from one module to another.
Records that exist once per stated fact (`Location`, `Claim`, `Effective`) are named tuples: they are made by the hundred
thousand, and a frozen dataclass costs about five times as much to make.
"""
