"""Replacing keys: what a former key made is made anew with the key that writes now, in batches, while all runs."""
