"""Hand-made traps: pairs of graphs that look harmless, or that look bad, and are not what they look like."""
