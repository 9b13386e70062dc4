"""Compare two versions of an AI application graph: what changed, who is affected and by what path, what breaks."""

__version__ = "0.1.0"
