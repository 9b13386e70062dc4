"""A brute-force oracle: slow code that is plain to read, and that shares nothing with the engine.

In: the specs of two versions, as they are written. Out: what holds, what is violated and what cannot be told in each, and from
the two the statuses that the engine must give. Paths are enumerated one by one, values are followed producer by producer.
"""
