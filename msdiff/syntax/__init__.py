"""Text of any format that is YAML (JSON included) as positioned trees, and the checks that need nothing but a tree.

Third-party parser objects stay inside: what comes out is `Scalar`, `Sequence` and `Mapping` of `msdiff.syntax.tree`.
"""
