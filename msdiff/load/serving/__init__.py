"""Flags and variables of model servers, whoever carries them (Compose, Kubernetes, Helm, scripts), as attributes of a
node.

In: the image, the words of the command line and the environment of one container, and the table
`rules/tables/serving-flags.yaml`. Out: what it serves: role, engine, and stated attributes with their places.
"""

from __future__ import annotations

from msdiff.load.serving.served import Said, Served, served, split_image
from msdiff.load.serving.tables import Engine, Tables, tables_of
from msdiff.load.serving.words import Word, words_of

__all__ = ["Engine", "Said", "Served", "Tables", "Word", "served", "split_image", "tables_of", "words_of"]
