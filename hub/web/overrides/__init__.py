"""Særlige grunde: each stated reason that opened a citizen, and the review of it by somebody else."""
