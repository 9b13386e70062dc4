"""Fuzzing: what goes in is up to the fuzzer; what must be true of the answer stands in `targets`."""
