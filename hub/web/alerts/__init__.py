"""Adviser: what happened to my citizens, and who sees to it."""
