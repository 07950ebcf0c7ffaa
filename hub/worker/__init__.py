"""The worker: a supervisor and the loops it runs, from the sources to the index. A root, run as ``helhed worker``."""
